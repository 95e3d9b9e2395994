namespace Virtward.Hardening.Machine;

/// <summary>A kernel setting as it is.</summary>
/// <param name="Value">Its value; null: this kernel has none of this name.</param>
public sealed record SysctlBefore(string? Value) : StepState;
