using System.Collections.Immutable;
using Virtward.Core.Net;
using Virtward.Core.Policy;
using Virtward.Core.Time;

namespace Virtward.Guard.Bans;

/// <summary>One address or prefix that is kept out: until when, why, by whom. At most one ban in force per target and jail.</summary>
public sealed record Ban
{
    /// <summary>What is kept out: an address, an IPv6 /64 as one attacker, or a banned prefix.</summary>
    public required Prefix Target { get; init; }

    /// <summary>The jail that decided (for a prefix ban the one whose attacker was the last straw), "manual" for those by hand.</summary>
    public required string Jail { get; init; }

    /// <summary>Who decided.</summary>
    public required BanOrigin Origin { get; init; }

    /// <summary>When it began.</summary>
    public required UnixTime Since { get; init; }

    /// <summary>When it ends; never <see cref="UnixTime.Never"/>: every ban ends.</summary>
    public required UnixTime Until { get; init; }

    /// <summary>In a sentence a person understands: "5 failed logins in 2 minutes", "4 attackers in an hour".</summary>
    public required string Reason { get; init; }

    /// <summary>The line that decided, cut to 300 bytes and made printable; null where no line did, and for bans in force in memory: the store has it.</summary>
    public string? Evidence { get; init; }

    /// <summary>The attempts that counted.</summary>
    public int Sightings { get; init; }

    /// <summary>The distinct attackers inside (1 for a single one); for a prefix ban one half of its number, <see cref="ShutsOut"/> is the other.</summary>
    public int Members { get; init; } = 1;

    /// <summary>How many addresses of the target the never-ban list kept in when it was decided; not stored.</summary>
    public double KeptIn { get; init; }

    /// <summary>How many addresses it shut out when it was decided.</summary>
    public double ShutsOut => Target.Count - KeptIn;

    /// <summary>How often this target has been banned by this jail before.</summary>
    public int Repeats { get; init; }

    /// <summary>Told and stored, never enforced.</summary>
    public bool Simulated { get; init; }

    /// <summary>Made by hand with force: the never-ban list does not stop it, except for what nobody may ban (see <see cref="NeverBan.Always"/>).</summary>
    public bool Forced { get; init; }

    /// <summary>The ports that it closes; empty: all.</summary>
    public ImmutableArray<PortScope> Ports { get; init; } = [];
}
