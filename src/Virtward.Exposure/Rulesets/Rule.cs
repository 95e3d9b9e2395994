using System.Collections.Immutable;
using Virtward.Exposure.Rulesets.Statements;

namespace Virtward.Exposure.Rulesets;

/// <summary>One rule: statements evaluated from left to right until one does not match or gives a verdict.</summary>
/// <param name="Handle">The kernel's number for it; for iptables-legacy, which has none, its number in the chain from 1.</param>
/// <param name="Text">The rule as its program prints it, without handle and indentation.</param>
/// <param name="Statements">What it does.</param>
public sealed record Rule(long Handle, string Text, ImmutableArray<Statement> Statements);
