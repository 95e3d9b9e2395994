using Virtward.Exposure.PacketSets;

namespace Virtward.Exposure.Evaluation;

/// <summary>A flow that connection tracking knows, in a simulated life.</summary>
internal sealed class Connection
{
    /// <summary>IPS_ASSURED.</summary>
    public const uint AssuredBit = 4;

    /// <summary>The first packet's tuple, as it came.</summary>
    public required FlowTuple Original { get; init; }

    /// <summary>The answers' tuple, as they come.</summary>
    public required FlowTuple Answer { get; init; }

    /// <summary>The flow's bits (IPS_…).</summary>
    public required BitValue Status { get; set; }

    /// <summary>The flow's mark.</summary>
    public required BitValue Mark { get; set; }

    /// <summary>Whether an answer was seen.</summary>
    public bool Answered { get; set; }

    /// <summary>Where TCP stands.</summary>
    public TcpState Tcp { get; set; }

    /// <summary>Whether one side began to close it (IP_CT_TCP_FLAG_CLOSE_INIT).</summary>
    public bool Closing { get; set; }

    /// <summary>Whether its last packet was a reset, and if so, whether one of the answers' direction; null: it was none.</summary>
    public bool? ResetByAnswer { get; set; }

    /// <summary>The source port that was drawn because another flow has the answers' tuple; null: none was.</summary>
    public BitValue? Drawn { get; init; }

    /// <summary>Whether it is over and forgotten.</summary>
    public bool Gone { get; set; }

    /// <summary>Whether both sides have agreed to it (IPS_ASSURED).</summary>
    public bool Assured => Status.IsNumber && (Status.Number & AssuredBit) != 0;

    /// <summary>Whether connection counts leave it out (already_closed, net/netfilter/nf_conncount.c).</summary>
    public bool Closed => Gone || Tcp is TcpState.TimeWait or TcpState.Close;
}
