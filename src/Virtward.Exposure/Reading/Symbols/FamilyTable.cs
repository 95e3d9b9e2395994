using Virtward.Exposure.Rulesets;

namespace Virtward.Exposure.Reading.Symbols;

/// <summary>The words for families, hooks and chain types.</summary>
public static class FamilyTable
{
    /// <summary>The family that a word names.</summary>
    public static bool TryFamily(ReadOnlySpan<char> word, out Family family)
    {
        (bool known, family) = word switch
        {
            "ip" => (true, Family.Ip),
            "ip6" => (true, Family.Ip6),
            "inet" => (true, Family.Inet),
            "arp" => (true, Family.Arp),
            "bridge" => (true, Family.Bridge),
            "netdev" => (true, Family.Netdev),
            _ => (false, default),
        };
        return known;
    }

    /// <summary>The hook that a word names.</summary>
    public static bool TryHook(ReadOnlySpan<char> word, out Hook hook)
    {
        (bool known, hook) = word switch
        {
            "ingress" => (true, Hook.Ingress),
            "prerouting" => (true, Hook.Prerouting),
            "input" => (true, Hook.Input),
            "forward" => (true, Hook.Forward),
            "output" => (true, Hook.Output),
            "postrouting" => (true, Hook.Postrouting),
            "egress" => (true, Hook.Egress),
            _ => (false, default),
        };
        return known;
    }

    /// <summary>The chain type that a word names.</summary>
    public static bool TryChainType(ReadOnlySpan<char> word, out ChainType type)
    {
        (bool known, type) = word switch
        {
            "filter" => (true, ChainType.Filter),
            "nat" => (true, ChainType.Nat),
            "route" => (true, ChainType.Route),
            _ => (false, default),
        };
        return known;
    }
}
