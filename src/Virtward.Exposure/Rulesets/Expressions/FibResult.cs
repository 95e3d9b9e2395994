namespace Virtward.Exposure.Rulesets.Expressions;

/// <summary>What a look-up in the routing tables yields.</summary>
public enum FibResult
{
    /// <summary>The index of the interface of the route; 0 where there is none.</summary>
    Oif,

    /// <summary>The name of that interface; empty where there is none.</summary>
    OifName,

    /// <summary>The type of the address: the kernel's RTN_ numbers (unicast 1, local 2, broadcast 3, anycast 4, multicast 5, …).</summary>
    Type,

    /// <summary>Whether there is a route (<c>fib … check</c>, or <c>oif exists</c>).</summary>
    Exists,
}
