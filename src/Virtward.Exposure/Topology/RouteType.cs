namespace Virtward.Exposure.Topology;

/// <summary>What a route does with packets; the numbers are the kernel's RTN_ ones (linux/rtnetlink.h), which <c>fib … type</c> yields.</summary>
public enum RouteType
{
    /// <summary>No route.</summary>
    Unspecified = 0,

    /// <summary>Out by a device or to a gateway.</summary>
    Unicast = 1,

    /// <summary>To this host.</summary>
    Local = 2,

    /// <summary>To everybody on a link.</summary>
    Broadcast = 3,

    /// <summary>To this host, as one of several.</summary>
    Anycast = 4,

    /// <summary>To a group.</summary>
    Multicast = 5,

    /// <summary>Dropped without a word.</summary>
    Blackhole = 6,

    /// <summary>Dropped, and the sender is told that there is no way.</summary>
    Unreachable = 7,

    /// <summary>Dropped, and the sender is told that it is forbidden.</summary>
    Prohibit = 8,

    /// <summary>The look-up goes on in the next rule.</summary>
    Throw = 9,
}
