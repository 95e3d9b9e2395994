using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Virtward.Core.Host;
using Virtward.Core.Net;
using Virtward.Core.Results;
using Virtward.Linux.Netlink;

namespace Virtward.Linux.Nftables;

/// <summary>
/// The kernel's nftables. Scripts go through libnftables, or the <c>nft</c> command where that is missing; elements are written and
/// everything is read by netlink itself. It belongs to the network namespace of the thread that opened it, and is thread-safe.
/// </summary>
public sealed class NftablesFirewall : IFirewall
{
    private const int NoSuchEntry = 2;

    // A transaction is one datagram in memory, ours and the kernel's: more are split.
    private const int ChangesPerTransaction = 16_384;
    private const int DumpAttempts = 5;

    private readonly Lock _lock = new();
    private readonly INftRunner _scripts;
    private readonly NetlinkSocket _socket;
    private readonly ElementBatch _batch;

    // Listing a large set takes the kernel half a second: it has a socket of its own, so that no ban waits for it.
    private readonly Lock _listingLock = new();
    private readonly NetlinkSocket _listing;
    private readonly NetlinkWatch _watch;

    private NftablesFirewall(INftRunner scripts, NetlinkSocket socket, NetlinkSocket listing, NetlinkWatch watch)
    {
        _scripts = scripts;
        _socket = socket;
        _batch = new ElementBatch(socket);
        _listing = listing;
        _watch = watch;
    }

    /// <summary>Opens the firewall with libnftables, or <c>nft</c> where the library is missing.</summary>
    /// <param name="commands">What runs <c>nft</c>.</param>
    public static Result<NftablesFirewall> Open(ICommands commands)
    {
        if (LibNftables.TryOpen() is { } library)
        {
            return Open(library);
        }

        Result<CommandOutput> version = commands.RunAsync(Command.Of("nft", "--version"), CancellationToken.None).GetAwaiter().GetResult();
        return version.IsOk
            ? Open(new NftCommand(commands))
            : new Problem("neither libnftables nor nft is here to put bans into the kernel with") { Package = "nftables" };
    }

    /// <summary>Opens the firewall with a chosen way to run scripts, which it then owns.</summary>
    public static Result<NftablesFirewall> Open(INftRunner scripts)
    {
        NetlinkSocket? listing = null;
        if (NetlinkSocket.Open(NetlinkProtocol.Netfilter).TryGet(out NetlinkSocket? socket, out Problem? problem)
            && NetlinkSocket.Open(NetlinkProtocol.Netfilter).TryGet(out listing, out problem)
            && NetlinkWatch.Open(NetlinkProtocol.Netfilter, [NfTables.NotificationGroup], OthersGenerations(socket.PortId))
                .TryGet(out NetlinkWatch? watch, out problem))
        {
            return new NftablesFirewall(scripts, socket, listing, watch);
        }

        scripts.Dispose();
        socket?.Dispose();
        listing?.Dispose();
        return problem;
    }

    /// <summary>What scripts run through: "libnftables" or "nft".</summary>
    public string Backend => _scripts is LibNftables ? "libnftables" : "nft";

    /// <inheritdoc/>
    public Result<Done> Apply(string script) => _scripts.Run(script);

    /// <inheritdoc/>
    public Result<Done> ApplyElements(string table, IReadOnlyList<ElementChange> changes)
    {
        lock (_lock)
        {
            // Making notifications is a tenth of what so many changes cost the kernel.
            return changes.Count < ChangesPerTransaction ? Write(table, changes) : _watch.Without(() => Write(table, changes));
        }
    }

    /// <inheritdoc/>
    public Result<FirewallTable> ReadTable(string table)
    {
        lock (_lock)
        {
            bool dormant = false;
            int error = Get(_socket, NfTables.GetTable, NetlinkFlags.None, w => w.Text(NfTables.TableName, table), (_, attributes) =>
                dormant = (NetlinkAttributes.UInt32(NetlinkAttributes.Find(attributes, NfTables.TableFlags)) & NfTables.TableDormant) != 0);
            if (error == NoSuchEntry)
            {
                return FirewallTable.Absent;
            }

            TableReader reader = new(table);
            if (error == 0)
            {
                error = List(() =>
                {
                    reader = new TableReader(table);
                    int sets = Get(_socket, NfTables.GetSet, NetlinkFlags.Dump, w => w.Text(NfTables.SetTable, table), (_, a) => reader.AddSet(a));
                    int chains = Get(_socket, NfTables.GetChain, NetlinkFlags.Dump, w => w.Text(NfTables.ChainTable, table), (_, a) => reader.AddChain(a));
                    int rules = Get(_socket, NfTables.GetRule, NetlinkFlags.Dump, w => w.Text(NfTables.RuleTable, table), (_, a) => reader.AddRule(a));
                    return sets != 0 ? sets : chains != 0 ? chains : rules;
                });
            }

            return error switch
            {
                0 => reader.Table(dormant),
                NoSuchEntry => FirewallTable.Absent,
                _ => NetlinkSocket.Failure("cannot read the nftables table", error, $"inet {table}"),
            };
        }
    }

    /// <inheritdoc/>
    public Result<Done> ReadSet(string table, string set, Action<FirewallElement> take)
    {
        lock (_listingLock)
        {
            int error = ReadElements(_listing, table, set, null, take);
            return error is 0 or NoSuchEntry or NativeSocket.Eintr
                ? default(Done)
                : NetlinkSocket.Failure("cannot read the nftables set", error, $"inet {table} {set}");
        }
    }

    /// <inheritdoc/>
    public Result<FirewallElement?> ReadElement(string table, string set, Address key)
    {
        FirewallElement? found = null;
        lock (_lock)
        {
            int error = ReadElements(_socket, table, set, key, element => found = element);
            return error is 0 or NoSuchEntry
                ? found
                : NetlinkSocket.Failure("cannot read the nftables set", error, $"inet {table} {set}");
        }
    }

    /// <inheritdoc/>
    public Result<PacketCount?> ReadCounter(string table, string counter)
    {
        PacketCount? count = null;
        lock (_lock)
        {
            int error = Get(
                _socket,
                NfTables.GetObject,
                NetlinkFlags.None,
                w =>
                {
                    w.Text(NfTables.ObjectTable, table);
                    w.Text(NfTables.ObjectName, counter);
                    w.BigEndian(NfTables.ObjectType, NfTables.ObjectCounter);
                },
                (_, attributes) => count = TableReader.Counter(NetlinkAttributes.Find(attributes, NfTables.ObjectData)));
            return error is 0 or NoSuchEntry
                ? count
                : NetlinkSocket.Failure("cannot read the nftables counter", error, $"inet {table} {counter}");
        }
    }

    /// <inheritdoc/>
    public Result<IReadOnlyList<string>> Tables()
    {
        List<string> tables = [];
        lock (_lock)
        {
            int error = List(() =>
            {
                tables.Clear();
                return Get(_socket, NfTables.GetTable, NetlinkFlags.Dump, static _ => { }, (family, attributes) =>
                    tables.Add($"{FamilyName(family)} {NetlinkAttributes.Text(NetlinkAttributes.Find(attributes, NfTables.TableName))}"),
                    NfTables.FamilyUnspecified);
            });
            return error == 0 ? tables : NetlinkSocket.Failure("cannot list the nftables tables", error);
        }
    }

    /// <inheritdoc/>
    public ValueTask<bool> WaitForChangeAsync(TimeSpan atMost, CancellationToken cancel) => _watch.WaitAsync(atMost, cancel);

    /// <inheritdoc/>
    public void Dispose()
    {
        _watch.Dispose();
        _socket.Dispose();
        _listing.Dispose();
        _scripts.Dispose();
    }

    private Result<Done> Write(string table, IReadOnlyList<ElementChange> changes)
    {
        ReadOnlySpan<ElementChange> all = changes is List<ElementChange> list ? CollectionsMarshal.AsSpan(list) : changes.ToArray();
        for (int from = 0; from < all.Length; from += ChangesPerTransaction)
        {
            ReadOnlySpan<ElementChange> part = all.Slice(from, Math.Min(ChangesPerTransaction, all.Length - from));
            int error = _socket.Transact(_batch.Write(table, part));
            if (error != 0)
            {
                return Refusal(error, part);
            }
        }

        _batch.Trim();
        return default(Done);
    }

    // Every transaction ends with a NEWGEN message in a packet of its own, which carries the port id of whoever did it
    // (nf_tables_gen_notify). Only those of others pass: a hundred thousand bans of our own must not flood the socket.
    private static BpfInstruction[] OthersGenerations(uint ownPort) =>
    [
        BpfInstruction.LoadHalf(4),
        BpfInstruction.IfEqual(Swapped((ushort)NfTables.NewGeneration), 0, 3),
        BpfInstruction.LoadWord(12),
        BpfInstruction.IfEqual(Swapped(ownPort), 1, 0),
        BpfInstruction.Accept(uint.MaxValue),
        BpfInstruction.Accept(0),
    ];

    // BPF loads in network byte order what netlink wrote in the host's.
    private static uint Swapped(uint value) =>
        BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness(value) : value;

    private static uint Swapped(ushort value) =>
        BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness(value) : value;

    private static Problem Refusal(int error, ReadOnlySpan<ElementChange> part)
    {
        string what = part.Length == 1 ? $"element {part[0].Key} of set {part[0].Set}" : $"{part.Length} elements, the first {part[0].Key} of set {part[0].Set}";
        return NetlinkSocket.Failure("nftables refused a change", error, what);
    }

    private static string FamilyName(byte family) => family switch
    {
        1 => "inet",
        2 => "ip",
        3 => "arp",
        5 => "netdev",
        7 => "bridge",
        10 => "ip6",
        _ => "unknown",
    };

    // Lists until a list was read whole while nothing changed; after some attempts the last one, which may miss what changed.
    private static int List(Func<int> list)
    {
        int error = 0;
        for (int attempt = 0; attempt < DumpAttempts; attempt++)
        {
            error = list();
            if (error != NativeSocket.Eintr)
            {
                return error;
            }
        }

        return error == NativeSocket.Eintr ? 0 : error;
    }

    private static int ReadElements(NetlinkSocket socket, string table, string set, Address? key, Action<FirewallElement> take) => Get(
        socket,
        NfTables.GetElement,
        key is null ? NetlinkFlags.Dump : NetlinkFlags.None,
        w =>
        {
            w.Text(NfTables.ElementsTable, table);
            w.Text(NfTables.ElementsSet, set);
            if (key is Address address)
            {
                WriteKey(w, address);
            }
        },
        (_, attributes) =>
        {
            var list = new NetlinkAttributes(NetlinkAttributes.Find(attributes, NfTables.ElementsList));
            while (list.TryRead(out int _, out ReadOnlySpan<byte> element))
            {
                if (TableReader.Element(element) is FirewallElement read)
                {
                    take(read);
                }
            }
        });

    private static void WriteKey(NetlinkWriter writer, Address address)
    {
        Span<byte> bytes = stackalloc byte[16];
        int list = writer.BeginNest(NfTables.ElementsList);
        int element = writer.BeginNest(NfTables.ListElement);
        int key = writer.BeginNest(NfTables.ElementKey);
        writer.Bytes(NfTables.DataValue, bytes[..address.WriteBytes(bytes)]);
        writer.EndNest(key);
        writer.EndNest(element);
        writer.EndNest(list);
    }

    // One request for structure. EINTR stands for a list that changed while it was read.
    private static int Get(NetlinkSocket socket, int type, NetlinkFlags flags, Action<NetlinkWriter> write, FamilyHandler handler, byte family = NfTables.FamilyInet)
    {
        var writer = new NetlinkWriter();
        uint sequence = socket.NextSequence();
        NetlinkFlags acknowledge = flags.HasFlag(NetlinkFlags.Dump) ? NetlinkFlags.None : NetlinkFlags.Acknowledge;
        writer.Begin(type, NetlinkFlags.Request | flags | acknowledge, sequence);
        writer.Raw([family, 0, 0, 0]);
        write(writer);
        writer.End();
        int error = socket.Request(
            writer.Written,
            sequence,
            (_, payload) =>
            {
                if (payload.Length >= 4)
                {
                    handler(payload[0], payload[4..]);
                }
            },
            out bool interrupted);
        return error == 0 && interrupted ? NativeSocket.Eintr : error;
    }

    private delegate void FamilyHandler(byte family, ReadOnlySpan<byte> attributes);
}
