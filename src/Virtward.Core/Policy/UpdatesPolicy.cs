namespace Virtward.Core.Policy;

/// <summary>Security updates: <c>updates:</c>.</summary>
public sealed record UpdatesPolicy
{
    /// <summary>Whether they install themselves.</summary>
    public bool Automatic { get; init; } = true;

    /// <summary>When the host may restart for them; null: never by itself.</summary>
    public TimeOnly? RebootAt { get; init; }
}
