namespace Virtward.Exposure.Evaluation;

/// <summary>Where connection tracking sees a TCP flow (enum tcp_conntrack).</summary>
internal enum TcpState
{
    None,
    SynSent,
    SynReceived,
    Established,
    FinWait,
    CloseWait,
    LastAck,
    TimeWait,
    Close,
    SynSentBoth,
}
