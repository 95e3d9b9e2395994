using Virtward.Exposure.Rulesets;

namespace Virtward.Host.Tests.Exposure.Truth.Generator;

/// <summary>Where the rule that is being made stands: what it may use.</summary>
/// <param name="Family">The table's family.</param>
/// <param name="Hook">The hook; null in a chain that is only jumped to from several.</param>
/// <param name="Type">What the chain is for.</param>
/// <param name="Priority">The priority; 0 in a chain that is only jumped to.</param>
internal sealed record Place(Family Family, Hook? Hook, ChainType Type, int Priority)
{
    /// <summary>Whether IPv4 packets come by.</summary>
    public bool V4 => Family is not Family.Ip6;

    /// <summary>Whether IPv6 packets come by.</summary>
    public bool V6 => Family is not Family.Ip;

    /// <summary>Whether connection tracking has been at work, or will never be.</summary>
    public bool Tracks => Family is Family.Ip or Family.Ip6 or Family.Inet && Hook is not (Virtward.Exposure.Rulesets.Hook.Ingress or Virtward.Exposure.Rulesets.Hook.Egress);

    /// <summary>Whether a device that it came in by is known.</summary>
    public bool HasIn => Hook is not (Virtward.Exposure.Rulesets.Hook.Output or Virtward.Exposure.Rulesets.Hook.Egress);

    /// <summary>Whether a device that it will leave by is known.</summary>
    public bool HasOut => Hook is null or Virtward.Exposure.Rulesets.Hook.Forward or Virtward.Exposure.Rulesets.Hook.Output
        or Virtward.Exposure.Rulesets.Hook.Postrouting or Virtward.Exposure.Rulesets.Hook.Egress;

    /// <summary>Whether frames with their link header come by.</summary>
    public bool Link => Family is Family.Bridge or Family.Netdev || Hook is Virtward.Exposure.Rulesets.Hook.Ingress;
}
