namespace Virtward.Exposure.Rulesets.Expressions;

/// <summary>What a look-up in the routing tables is made with (nft(8), "fib").</summary>
[Flags]
public enum FibKey
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>The source address.</summary>
    Saddr = 1,

    /// <summary>The destination address.</summary>
    Daddr = 2,

    /// <summary>The packet's mark.</summary>
    Mark = 4,

    /// <summary>The interface it came in by.</summary>
    Iif = 8,

    /// <summary>The interface it leaves by.</summary>
    Oif = 16,
}
