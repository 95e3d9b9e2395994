namespace Virtward.Hardening.Machine;

/// <summary>What a setting's own program says of it.</summary>
/// <param name="Output">Its output without white space at both ends.</param>
public sealed record CommandBefore(string Output) : StepState;
