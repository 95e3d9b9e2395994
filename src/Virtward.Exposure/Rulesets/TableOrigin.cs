namespace Virtward.Exposure.Rulesets;

/// <summary>Which engine runs a table, and which tool speaks its language.</summary>
public enum TableOrigin
{
    /// <summary>nf_tables, printed by nft.</summary>
    Nftables,

    /// <summary>nf_tables through iptables-nft: printed by nft with gaps, by iptables-save whole.</summary>
    IptablesNft,

    /// <summary>The older x_tables engine, which nft does not see at all.</summary>
    IptablesLegacy,
}
