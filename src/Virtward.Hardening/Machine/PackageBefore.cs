namespace Virtward.Hardening.Machine;

/// <summary>A package as the package manager has it.</summary>
/// <param name="Version">The installed version; null: it is not installed.</param>
public sealed record PackageBefore(string? Version) : StepState;
