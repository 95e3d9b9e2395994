namespace Virtward.Exposure.Reading;

/// <summary>The texts that a host's ruleset is read from, each as its program prints it; null where it is not there.</summary>
public sealed record RulesetSources
{
    /// <summary><c>nft -a list ruleset</c>.</summary>
    public string? NftText { get; init; }

    /// <summary><c>nft -j list ruleset</c>; only read where the text is not there, because it loses what iptables-nft's rules say.</summary>
    public string? NftJson { get; init; }

    /// <summary><c>iptables-save</c>, whichever variant the host has; its header tells.</summary>
    public string? IptablesSave { get; init; }

    /// <summary><c>ip6tables-save</c>, whichever variant the host has.</summary>
    public string? Ip6tablesSave { get; init; }

    /// <summary><c>iptables-legacy-save</c>: the older engine's tables, which run beside nftables'.</summary>
    public string? IptablesLegacySave { get; init; }

    /// <summary><c>ip6tables-legacy-save</c>.</summary>
    public string? Ip6tablesLegacySave { get; init; }

    /// <summary><c>ipset save</c>: the members of the sets that iptables' rules look up.</summary>
    public string? IpsetSave { get; init; }
}
