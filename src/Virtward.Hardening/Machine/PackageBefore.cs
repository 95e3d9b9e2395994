namespace Virtward.Hardening.Machine;

/// <summary>A package as the package manager has it.</summary>
/// <param name="Version">The installed version; null: it is not installed.</param>
/// <param name="Remains">What there is of one that is not installed, in dpkg's words: <c>config-files</c>, or how far it came (<c>unpacked</c> …); empty: nothing.</param>
/// <param name="Brings">
/// In a journal only, the packages that were about to come along by themselves, with spaces between: what apt notes itself may be lost when the power fails. Empty: none, or not known.
/// </param>
public sealed record PackageBefore(string? Version, string Remains = "", string Brings = "") : StepState;
