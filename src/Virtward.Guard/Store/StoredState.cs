using Virtward.Guard.Jails;

namespace Virtward.Guard.Store;

/// <summary>What a start goes on from.</summary>
public sealed record StoredState
{
    /// <summary>What the engine restores.</summary>
    public required GuardState Engine { get; init; }

    /// <summary>How far each source was read; a source's text by its key.</summary>
    public required IReadOnlyDictionary<string, string> Positions { get; init; }

    /// <summary>The administrator's run-time never-ban entries, by target.</summary>
    public required IReadOnlyList<Allowance> NeverBan { get; init; }
}
