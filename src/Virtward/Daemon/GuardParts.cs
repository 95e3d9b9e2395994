using System.Collections.Immutable;
using Virtward.Core.Host;
using Virtward.Core.Net;
using Virtward.Core.Results;
using Virtward.Guard.Bans;
using Virtward.Guard.Enforcement;
using Virtward.Guard.Store;
using Virtward.Guard.Store.Sqlite;
using Virtward.Linux;
using Virtward.Linux.Commands;
using Virtward.Linux.Files;
using Virtward.Linux.Network;
using Virtward.Linux.Nftables;

namespace Virtward.Daemon;

/// <summary>The parts of a guard that touch the machine, opened together and closed together.</summary>
public sealed class GuardParts : IDisposable
{
    private readonly SqliteStoreFile _storeFile;
    private readonly string _folder;
    private readonly KernelNetworkFacts _facts;
    private readonly KernelConntrack _conntrack;
    private readonly HashSet<string> _unreadTold = new(StringComparer.Ordinal);
    private NeverBan _neverBan = NeverBan.Minimal;

    private GuardParts(
        SqliteStoreFile storeFile,
        string folder,
        IGuardStore store,
        NftablesFirewall firewall,
        KernelUplinks uplinks,
        KernelNetworkFacts facts,
        KernelConntrack conntrack,
        TimeProvider clock)
    {
        _storeFile = storeFile;
        _folder = folder;
        Store = store;
        Firewall = firewall;
        Uplinks = uplinks;
        _facts = facts;
        _conntrack = conntrack;
        Clock = clock;
        Enforcer = new Enforcer(firewall, clock, ban => _neverBan.Carve(ban), uplinks);
        Cutter = new ConnectionCutter(Enforcer, conntrack, clock);
    }

    /// <summary>The clock.</summary>
    public TimeProvider Clock { get; }

    /// <summary>The store; the pipeline's keeper owns it from the start on.</summary>
    public IGuardStore Store { get; }

    /// <summary>The kernel's nftables.</summary>
    public NftablesFirewall Firewall { get; }

    /// <summary>Where frames come in that are only bridged.</summary>
    public KernelUplinks Uplinks { get; }

    /// <summary>What speaks to the kernel's nftables: "libnftables" or "nft".</summary>
    public string Backend => Firewall.Backend;

    /// <summary>Keeps the bans in them.</summary>
    public Enforcer Enforcer { get; }

    /// <summary>Cuts the connections of the newly banned.</summary>
    public ConnectionCutter Cutter { get; }

    /// <summary>How the reading thread waits.</summary>
    public PollWaiter Waiter { get; } = new();

    /// <summary>Opens everything; what is missing is said with the package that brings it.</summary>
    /// <param name="folder">The state folder.</param>
    /// <param name="clock">The clock.</param>
    /// <param name="opened">The store with what it held.</param>
    public static Result<GuardParts> Open(string folder, TimeProvider clock, out OpenedStore? opened)
    {
        opened = null;
        if (!NftablesFirewall.Open(new ProcessCommands()).TryGet(out NftablesFirewall? firewall, out Problem? problem))
        {
            return problem;
        }

        if (!KernelUplinks.Open().TryGet(out KernelUplinks? uplinks, out problem))
        {
            firewall.Dispose();
            return problem;
        }

        if (!KernelNetworkFacts.Open().TryGet(out KernelNetworkFacts? facts, out problem))
        {
            firewall.Dispose();
            uplinks.Dispose();
            return problem;
        }

        if (!KernelConntrack.Open().TryGet(out KernelConntrack? conntrack, out problem))
        {
            firewall.Dispose();
            uplinks.Dispose();
            facts.Dispose();
            return problem;
        }

        var file = new SqliteStoreFile(new StateFiles(), clock);
        if (!file.Open(folder).TryGet(out opened, out problem))
        {
            firewall.Dispose();
            uplinks.Dispose();
            facts.Dispose();
            conntrack.Dispose();
            return problem;
        }

        return new GuardParts(file, folder, opened.Store, firewall, uplinks, facts, conntrack, clock);
    }

    /// <summary>Opens the store anew after it was found damaged.</summary>
    public Result<IGuardStore> Reopen()
    {
        Result<OpenedStore> opened = _storeFile.Open(_folder);
        return opened.IsOk ? Result<IGuardStore>.Ok(opened.Value.Store) : opened.Problem;
    }

    /// <summary>Opens the store once more, for long reading beside the guard, which does not wait for it.</summary>
    public Result<IGuardStore> OpenForReading() => _storeFile.OpenReadOnly(_folder);

    /// <summary>The list that the enforcer cuts out from its first comparison on.</summary>
    public void UseNeverBan(NeverBan list) => _neverBan = list;

    /// <summary>Whom the host depends on, now; what cannot be read is told of once.</summary>
    public IReadOnlyList<NeverBanEntry> ReadFacts(Action<Problem> tell)
    {
        NetworkFacts facts = _facts.Read();
        foreach (Problem unread in facts.Unread)
        {
            if (_unreadTold.Add(unread.ToString()))
            {
                tell(unread);
            }
        }

        return
        [
            .. Entries(facts.Own, "this host's own address"),
            .. Entries(facts.Gateways, "a gateway of this host"),
            .. Entries(facts.Resolvers, "a name server of this host"),
            .. Entries(facts.Sessions, "logged in by SSH right now"),
        ];
    }

    /// <summary>Waits until an address or route of the host has changed, or the time is up.</summary>
    public ValueTask<bool> WaitForFactsAsync(TimeSpan atMost, CancellationToken cancel) => _facts.WaitForChangeAsync(atMost, cancel);

    /// <inheritdoc/>
    public void Dispose()
    {
        Cutter.Dispose();
        Waiter.Dispose();
        Firewall.Dispose();
        Uplinks.Dispose();
        _facts.Dispose();
        _conntrack.Dispose();
    }

    private static IEnumerable<NeverBanEntry> Entries(ImmutableSortedSet<Address> addresses, string reason) =>
        addresses.Select(address => new NeverBanEntry(new Prefix(address), reason));
}
