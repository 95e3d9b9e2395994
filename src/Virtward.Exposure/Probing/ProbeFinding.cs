using Virtward.Core.Host;
using Virtward.Exposure.Packets;

namespace Virtward.Exposure.Probing;

/// <summary>What a port answered, beside what was expected.</summary>
/// <param name="Target">The port.</param>
/// <param name="Answer">What it answered.</param>
public sealed record ProbeFinding(ProbeTarget Target, ProbeAnswer Answer)
{
    /// <summary>Whether answer and expectation contradict each other. A silent UDP port contradicts nothing.</summary>
    public bool Disagrees => Target.Expected switch
    {
        Expected.Open => Answer != ProbeAnswer.Open && !(Target.Protocol == ProtocolNames.Udp && Answer == ProbeAnswer.Silent),
        Expected.Closed => Answer == ProbeAnswer.Open,
        _ => false,
    };

    /// <summary>Whether the answer tells nothing about the expectation.</summary>
    public bool Undecided => Target.Protocol == ProtocolNames.Udp && Answer == ProbeAnswer.Silent && Target.Expected is Expected.Open or Expected.Unknown;
}
