namespace Virtward.Hardening.Machine;

/// <summary>What a setting's own program says of it.</summary>
/// <param name="Output">Its output without white space at both ends.</param>
public sealed record CommandBefore(string Output) : StepState
{
    /// <summary>Whether the program is still to be installed, by an earlier step, so that nobody can say yet how it is.</summary>
    public bool IsUnread { get; init; }
}
