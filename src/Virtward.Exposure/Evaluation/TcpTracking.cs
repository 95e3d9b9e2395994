namespace Virtward.Exposure.Evaluation;

/// <summary>How connection tracking follows TCP (net/netfilter/nf_conntrack_proto_tcp.c); sequence numbers are not looked at.</summary>
internal static class TcpTracking
{
    private const int Fin = 1;
    private const int Syn = 2;
    private const int Reset = 4;
    private const int Push = 8;
    private const int Acknowledge = 16;
    private const int Urgent = 32;

    private const int Invalid = -1;
    private const int Ignore = -2;

    // Rows: SYN, SYN+ACK, FIN, ACK, RST; columns: the states None, SynSent, SynReceived, Established, FinWait, CloseWait, LastAck, TimeWait,
    // Close, SynSentBoth. Ignore: of the flow, and its state stays.
    private static readonly int[][] First =
    [
        [1, 1, Ignore, Ignore, Ignore, Ignore, Ignore, 1, 1, 9],
        [Invalid, Invalid, 2, Invalid, Invalid, Invalid, Invalid, Invalid, Invalid, 2],
        [Invalid, Invalid, 4, 4, 6, 6, 6, 7, 8, Invalid],
        [3, Invalid, 3, 3, 5, 5, 7, 7, 8, Invalid],
        [Invalid, 8, 8, 8, 8, 8, 8, 8, 8, 8],
    ];

    private static readonly int[][] Answer =
    [
        [Invalid, 9, Invalid, Invalid, Invalid, Invalid, Invalid, 1, Invalid, 9],
        [Invalid, 2, Ignore, Ignore, Ignore, Ignore, Ignore, Ignore, Ignore, 2],
        [Invalid, Invalid, 4, 4, 6, 6, 6, 7, 8, Invalid],
        [Invalid, Ignore, 2, 3, 5, 5, 7, 7, 8, Ignore],
        [Invalid, 8, 8, 8, 8, 8, 8, 8, 8, 8],
    ];

    /// <summary>Whether flags may stand together (tcp_valid_flags): SYN+FIN, none, FIN alone and the like may not.</summary>
    public static bool Plausible(int flags) => (flags & (Fin | Syn | Reset | Acknowledge | Urgent)) switch
    {
        Syn or (Syn | Urgent) or (Syn | Acknowledge) or Reset or (Reset | Acknowledge) or (Fin | Acknowledge) or (Fin | Acknowledge | Urgent)
            or Acknowledge or (Acknowledge | Urgent) => true,
        _ => false,
    };

    /// <summary>The state of a new flow that begins with these flags; null: none begins so.</summary>
    /// <param name="flags">The flags.</param>
    /// <param name="loose">Whether flows are picked up in the middle (nf_conntrack_tcp_loose).</param>
    public static TcpState? Begin(int flags, bool loose)
    {
        int next = Plausible(flags) ? First[Row(flags)][0] : Invalid;
        return next < 0 || (next == (int)TcpState.Established && !loose) ? null : (TcpState)next;
    }

    /// <summary>The state of a flow after a packet; null: the packet is none of it.</summary>
    public static TcpState? Continue(TcpState state, int flags, bool answer)
    {
        int next = Plausible(flags) ? (answer ? Answer : First)[Row(flags)][(int)state] : Invalid;
        return next == Invalid ? null : next == Ignore ? state : (TcpState)next;
    }

    /// <summary>Whether it is a reset.</summary>
    public static bool IsReset(int flags) => (flags & Reset) != 0;

    // Push says nothing.
    private static int Row(int flags) => (flags & ~Push & Reset) != 0 ? 4
        : (flags & Syn) != 0 ? ((flags & Acknowledge) != 0 ? 1 : 0)
        : (flags & Fin) != 0 ? 2 : 3;
}
