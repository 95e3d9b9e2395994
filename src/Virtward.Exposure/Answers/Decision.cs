using Virtward.Exposure.Rulesets;

namespace Virtward.Exposure.Answers;

/// <summary>What decided in one base chain, or outside of rules (routing, the kernel's own checks).</summary>
/// <param name="Family">The table's family.</param>
/// <param name="Table">The table; empty for what the kernel decides by itself.</param>
/// <param name="Chain">The chain that the rule stands in (which the base chain may have jumped to).</param>
/// <param name="Handle">The rule's handle; the chain's where its policy decided.</param>
/// <param name="Rule">The rule's text, <c>policy drop</c>, or in words what the kernel did: <c>routing: local</c>, <c>martian source</c>.</param>
/// <param name="Verdict"><c>accept</c>, <c>drop</c>, <c>reject</c>, <c>dnat</c>, <c>masquerade</c>, …; what it did.</param>
public sealed record Decision(Family Family, string Table, string Chain, long Handle, string Rule, string Verdict)
{
    /// <summary>The base chain whose outcome this is, where <see cref="Chain"/> is another.</summary>
    public string BaseChain { get; init; } = "";

    /// <summary>Where in the packet path it is attached: <c>prerouting -100</c>.</summary>
    public string Place { get; init; } = "";
}
