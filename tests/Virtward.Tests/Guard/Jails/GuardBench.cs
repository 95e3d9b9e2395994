using System.Collections.Immutable;
using System.Text;
using Virtward.Core.Net;
using Virtward.Core.Policy;
using Virtward.Core.Time;
using Virtward.Guard;
using Virtward.Guard.Bans;
using Virtward.Guard.Jails;
using Virtward.Guard.Sightings;

namespace Virtward.Tests.Guard.Jails;

/// <summary>An engine under test with short calls: what happens when, and what came of it.</summary>
public sealed class GuardBench
{
    public const long Start = 1_800_000_000;

    public GuardBench(GuardPolicy policy, NeverBan? neverBan = null, bool trackChanges = false)
    {
        Engine = new GuardEngine(policy, neverBan ?? NeverBan.Minimal, 42, trackChanges);
        Engine.Advance(Time(0), Events);
    }

    /// <summary>An engine that goes on from a stored state.</summary>
    public GuardBench(GuardPolicy policy, NeverBan neverBan, UnixTime now, GuardState state)
    {
        Engine = new GuardEngine(policy, neverBan, 42, trackChanges: true);
        Engine.Restore(state, now);
    }

    public GuardEngine Engine { get; }

    public List<GuardEvent> Events { get; } = [];

    public IEnumerable<string> InForce => Engine.Bans.All.Select(static ban => $"{ban.Jail} {ban.Target}");

    /// <summary>A policy of one jail that bans for an hour at the third failure in ten minutes, without prefix bans and sieges.</summary>
    public static GuardPolicy OneJail { get; } = new()
    {
        Jails = [Jail("sshd")],
        Prefixes = new PrefixBanPolicy { Enabled = false },
        Siege = new SiegePolicy { Enabled = false },
    };

    public static JailPolicy Jail(string name, string filter = "sshd") => new()
    {
        Name = name,
        Filter = new FilterReference(filter, ImmutableSortedDictionary<string, string>.Empty),
        MaxRetry = 3,
    };

    public static UnixTime Time(double seconds) => new((long)((Start + seconds) * 1_000_000));

    public void At(double seconds) => Engine.Advance(Time(seconds), Events);

    public void Fail(string address, double at, int attempts = 1, int jail = 0, string user = "", string line = "") =>
        See(SightingKind.Failure, Address.Parse(address), at, attempts, jail, user, line);

    public void Fail(Address address, double at, int attempts = 1, int jail = 0, string user = "") =>
        See(SightingKind.Failure, address, at, attempts, jail, user, "");

    public void Succeed(string address, double at, int jail = 0) => See(SightingKind.Success, Address.Parse(address), at, 1, jail, "", "");

    /// <summary>The events as short texts, taken.</summary>
    public string[] Told()
    {
        string[] told = [.. Events.Select(Text)];
        Events.Clear();
        return told;
    }

    public Ban OnlyBan() => Xunit.Assert.Single(Engine.Bans.All);

    private static string Text(GuardEvent e) => e switch
    {
        GuardEvent.Banned banned => $"ban {banned.Ban.Jail} {banned.Ban.Target}",
        GuardEvent.Unbanned unbanned => $"unban {unbanned.Ban.Jail} {unbanned.Ban.Target} {unbanned.Cause}",
        GuardEvent.Spared spared => $"spare {spared.Ban.Jail} {spared.Ban.Target}",
        GuardEvent.SiegeBegan => "siege",
        GuardEvent.SiegeEnded => "siege over",
        _ => throw new InvalidOperationException(e.ToString()),
    };

    // The clock goes along with the line, as it does in a live log.
    private void See(SightingKind kind, Address address, double at, int attempts, int jail, string user, string line)
    {
        Engine.Advance(Time(at), Events);
        var sighting = new Sighting
        {
            Address = address,
            Time = Time(at),
            Kind = kind,
            Attempts = attempts,
            Rule = "test",
            User = Encoding.UTF8.GetBytes(user),
            Line = Encoding.UTF8.GetBytes(line),
        };
        Engine.Observe(jail, in sighting, Events);
    }
}
