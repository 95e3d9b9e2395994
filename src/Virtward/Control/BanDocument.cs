using Virtward.Guard.Bans;
using Virtward.Output;

namespace Virtward.Control;

/// <summary>One ban in force.</summary>
public sealed record BanDocument
{
    /// <summary>The address or prefix.</summary>
    public required string Address { get; init; }

    /// <summary>Since when, RFC 3339.</summary>
    public required string Since { get; init; }

    /// <summary>Until when, RFC 3339.</summary>
    public required string Until { get; init; }

    /// <summary>The jail.</summary>
    public required string Jail { get; init; }

    /// <summary>"jail", "prefix", "manual" or "import".</summary>
    public required string Origin { get; init; }

    /// <summary>Why, a sentence.</summary>
    public required string Reason { get; init; }

    /// <summary>The line that decided, made printable; null where no line did.</summary>
    public string? Evidence { get; init; }

    /// <summary>The attempts that counted.</summary>
    public required int Sightings { get; init; }

    /// <summary>How many of the addresses attacked.</summary>
    public required int Members { get; init; }

    /// <summary>How many addresses it shuts out.</summary>
    public required UInt128 Addresses { get; init; }

    /// <summary>How often the target was banned before.</summary>
    public required int Repeats { get; init; }

    /// <summary>Told, not enforced.</summary>
    public required bool Simulated { get; init; }

    /// <summary>The ports that it closes, such as <c>22/tcp</c>; empty: all.</summary>
    public required IReadOnlyList<string> Ports { get; init; }

    /// <summary>Packets that it stopped.</summary>
    public ulong Packets { get; init; }

    /// <summary>Their bytes.</summary>
    public ulong Bytes { get; init; }

    /// <summary>The document of a ban.</summary>
    /// <param name="ban">The ban.</param>
    /// <param name="shutOut">How many addresses it shuts out.</param>
    /// <param name="packets">Packets that it stopped.</param>
    /// <param name="bytes">Their bytes.</param>
    public static BanDocument Of(Ban ban, double shutOut, ulong packets, ulong bytes) => new()
    {
        Address = ban.Target.ToString(),
        Since = ban.Since.ToString(),
        Until = ban.Until.ToString(),
        Jail = ban.Jail,
        Origin = EventJson.OriginWord(ban.Origin),
        Reason = ban.Reason,
        Evidence = ban.Evidence,
        Sightings = ban.Sightings,
        Members = ban.Members,
        Addresses = EventJson.Count(shutOut),
        Repeats = ban.Repeats,
        Simulated = ban.Simulated,
        Ports = [.. ban.Ports.Select(port => port.ToString())],
        Packets = packets,
        Bytes = bytes,
    };
}
