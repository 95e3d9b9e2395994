namespace Virtward.Exposure.Evaluation;

/// <summary>What connection tracking knows of a packet; the values are nft's bits of <c>ct state</c> (linux/netfilter/nf_conntrack_common.h).</summary>
internal enum Tracking
{
    /// <summary>Not looked at, or no packet of any flow: both are <c>invalid</c> to rules.</summary>
    Invalid = 1,

    /// <summary>Of a flow that has been answered.</summary>
    Established = 2,

    /// <summary>An error about a flow, or expected by one.</summary>
    Related = 4,

    /// <summary>The first of a flow, or of one that has not been answered.</summary>
    New = 8,

    /// <summary>Kept out of it.</summary>
    Untracked = 64,
}
