using System.Collections.Immutable;

namespace Virtward.Hardening.Transaction;

/// <summary>Something that somebody has changed since a transaction set it.</summary>
/// <param name="What">What, a clause: a path, a unit, a setting.</param>
/// <param name="Difference">From what was set to what is now, as diff -u shows it; empty where it cannot be read. Secrets are left out.</param>
public sealed record Conflict(string What, ImmutableArray<string> Difference);
