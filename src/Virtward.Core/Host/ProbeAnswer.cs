namespace Virtward.Core.Host;

/// <summary>What a real packet to a port was answered with.</summary>
public enum ProbeAnswer
{
    /// <summary>A connection, or a datagram back.</summary>
    Open,

    /// <summary>TCP's reset, or ICMP's "port unreachable": the host, or a rule, says no.</summary>
    Refused,

    /// <summary>ICMP's other ways to say no: forbidden, no route.</summary>
    Unreachable,

    /// <summary>Nothing within the time.</summary>
    Silent,
}
