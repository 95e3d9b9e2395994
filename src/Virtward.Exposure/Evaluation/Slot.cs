namespace Virtward.Exposure.Evaluation;

/// <summary>The values that every packet on its way carries along.</summary>
internal enum Slot
{
    SourceAddress,
    DestinationAddress,
    SourcePort,
    DestinationPort,
    OriginalSource,
    OriginalDestination,
    OriginalSourcePort,
    OriginalDestinationPort,
    Mark,
    FlowMark,
    FlowStatus,
    TimeToLive,
    ServiceClass,
    Congestion,
    Length,
    SourceMac,
    DestinationMac,
    Priority,
    TcpFlags,
    IcmpType,
    IcmpCode,

    /// <summary>The number of the socket that a rule has handed it to (<see cref="SocketLookup"/>); 0: none.</summary>
    Socket,
    Count,
}
