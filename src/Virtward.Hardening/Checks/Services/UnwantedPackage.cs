using System.Collections.Immutable;

namespace Virtward.Hardening.Checks.Services;

/// <summary>A package that a hypervisor is better off without.</summary>
/// <param name="Names">Its names in the distributions.</param>
/// <param name="What">What is the matter with it, a clause.</param>
/// <param name="Severity">How bad it is.</param>
public sealed record UnwantedPackage(ImmutableArray<string> Names, string What, Severity Severity);
