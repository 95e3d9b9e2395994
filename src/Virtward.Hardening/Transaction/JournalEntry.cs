using Virtward.Core.Host;
using Virtward.Hardening.Changes;
using Virtward.Hardening.Machine;

namespace Virtward.Hardening.Transaction;

/// <summary>A line of a transaction's journal.</summary>
/// <param name="Kind">What it tells.</param>
/// <param name="At">When, by the host's clock, for people.</param>
/// <param name="Boot">During which start of the machine.</param>
/// <param name="Uptime">When, in seconds since that start: what deadlines count by.</param>
public sealed record JournalEntry(JournalKind Kind, DateTimeOffset At, string Boot, double Uptime)
{
    /// <summary>Who, of <see cref="JournalKind.Begun"/>, <see cref="JournalKind.Confirming"/> and <see cref="JournalKind.Reverting"/>.</summary>
    public Actor? By { get; init; }

    /// <summary>How long a confirmation is waited for, in seconds, of <see cref="JournalKind.Begun"/> and <see cref="JournalKind.Waiting"/>.</summary>
    public double? Within { get; init; }

    /// <summary>The change's place in the plan, of a step.</summary>
    public int? Change { get; init; }

    /// <summary>The step.</summary>
    public Step? Step { get; init; }

    /// <summary>What was, of <see cref="JournalKind.Setting"/>; what is, of <see cref="JournalKind.Set"/>.</summary>
    public StepState? State { get; init; }

    /// <summary>Why, or what failed.</summary>
    public string? Why { get; init; }
}
