namespace Virtward.Hardening.Machine;

/// <summary>A package as the package manager has it.</summary>
/// <param name="Version">The installed version; null: it is not installed.</param>
/// <param name="Remains">What there is of one that is not installed, in dpkg's words: <c>config-files</c>, or how far it came (<c>unpacked</c> …); empty: nothing.</param>
public sealed record PackageBefore(string? Version, string Remains = "") : StepState;
