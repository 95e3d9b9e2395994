using Virtward.Core.Net;
using Virtward.Core.Time;

namespace Virtward.Guard.Sightings;

/// <summary>
/// Who, when, what: what a filter makes of one line. It lives on the line's memory; whoever wants to keep <see cref="User"/> or
/// <see cref="Line"/> copies them.
/// </summary>
public readonly ref struct Sighting
{
    /// <summary>The peer, as the program that wrote the line saw it.</summary>
    public required Address Address { get; init; }

    /// <summary>When it happened, by the line's stamp held against the time of receipt; the jail's clock.</summary>
    public required UnixTime Time { get; init; }

    /// <summary>Failure, success, or harmless.</summary>
    public required SightingKind Kind { get; init; }

    /// <summary>
    /// How many attempts the line adds: 0 where it tells of one that was counted before (one login attempt makes several lines), more
    /// than 1 for "message repeated 4 times".
    /// </summary>
    public required int Attempts { get; init; }

    /// <summary>The name of the filter's rule that matched.</summary>
    public required string Rule { get; init; }

    /// <summary>The account that was tried, as the line has it; empty where it names none. Chosen by the attacker.</summary>
    public ReadOnlySpan<byte> User { get; init; }

    /// <summary>The whole line, for the reason of a ban.</summary>
    public ReadOnlySpan<byte> Line { get; init; }
}
