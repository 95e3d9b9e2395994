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
    Count,
}
