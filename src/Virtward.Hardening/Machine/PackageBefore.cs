namespace Virtward.Hardening.Machine;

/// <summary>A package as the package manager has it.</summary>
/// <param name="Version">The installed version; null: it is not installed.</param>
/// <param name="Remains">What there is of one that is not installed, in dpkg's words: <c>config-files</c>, or how far it came (<c>unpacked</c> …); empty: nothing.</param>
/// <param name="Brings">
/// In a journal only, the packages that were about to come along by themselves, with spaces between: what apt notes itself may be lost when the power fails. Empty: none, or not known.
/// </param>
/// <param name="Changed">In a journal only, and of one that is about to be removed, its configuration files that somebody has changed, a line each; where the package manager keeps track of them itself, none.</param>
/// <param name="Accounts">In a journal only, and of one that is about to be installed, the users and groups that there were (<see cref="PackageAccounts"/>). Empty: not known.</param>
public sealed record PackageBefore(string? Version, string Remains = "", string Brings = "", string Changed = "", string Accounts = "") : StepState;
