using Virtward.Exposure.Rulesets.Expressions;

namespace Virtward.Exposure.Rulesets.Statements;

/// <summary>Hands the packet to a local socket without changing it, if there is one; the rule goes on.</summary>
/// <param name="Family">The family where it is named.</param>
/// <param name="Address">The socket's address; null: the first of the device that the packet came in by.</param>
/// <param name="Port">The socket's port; null: the packet's.</param>
public sealed record TproxyStatement(Family? Family, Expression? Address, Expression? Port) : Statement
{
    /// <summary>Whether packets that no socket takes are dropped (iptables' target, tproxy_tg4); else the rule does not match them.</summary>
    public bool DropsOthers { get; init; }
}
