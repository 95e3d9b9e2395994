namespace Virtward.Exposure.Evaluation;

/// <summary>What happens at a place of a hook.</summary>
internal enum PlanKind
{
    /// <summary>A base chain runs.</summary>
    Chain,

    /// <summary>Connection tracking looks at the packet.</summary>
    Track,

    /// <summary>Address translation: all chains of type nat, in their own order.</summary>
    Translate,

    /// <summary>A bridge shows the packet to IP's hooks (br_netfilter).</summary>
    BridgeToIp,
}
