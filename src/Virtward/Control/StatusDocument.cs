namespace Virtward.Control;

/// <summary>What <c>virtward status --json</c> prints, and what GET /v1/status answers (docs/status.md).</summary>
public sealed record StatusDocument
{
    /// <summary>The program's version.</summary>
    public required string Version { get; init; }

    /// <summary>Whether a daemon is at work; without one the figures come from the store.</summary>
    public required bool Running { get; init; }

    /// <summary>When the daemon started, RFC 3339; null without one.</summary>
    public string? Since { get; init; }

    /// <summary>The policy in force: a path, or "built-in".</summary>
    public string? Policy { get; init; }

    /// <summary>The sources that are read.</summary>
    public IReadOnlyList<SourceDocument> Sources { get; init; } = [];

    /// <summary>The jails.</summary>
    public IReadOnlyList<JailDocument> Jails { get; init; } = [];

    /// <summary>What is banned now.</summary>
    public required BanTotals Bans { get; init; }

    /// <summary>The siege that is on, or null.</summary>
    public SiegeDocument? Siege { get; init; }

    /// <summary>What the kernel enforces; null without a daemon.</summary>
    public EnforcementDocument? Enforcement { get; init; }

    /// <summary>Whether the host has drifted from its policy; null: no timer has looked.</summary>
    public DriftDocument? Drift { get; init; }

    /// <summary>The transaction that is neither confirmed nor taken back; null: there is none, or it is not for this reader's eyes.</summary>
    public PendingDocument? Pending { get; init; }

    /// <summary>Lines read since the start.</summary>
    public long Lines { get; init; }

    /// <summary>Lines that a filter's rule matched.</summary>
    public long Matched { get; init; }

    /// <summary>Addresses that are remembered for their failures.</summary>
    public long Tracked { get; init; }

    /// <summary>Addresses that were forgotten because there were too many.</summary>
    public long Forgotten { get; init; }

    /// <summary>What is wrong, a sentence each: a log that cannot be read, a full disk, a rule that was switched off.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];
}
