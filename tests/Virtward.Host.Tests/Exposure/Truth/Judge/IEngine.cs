using Virtward.Exposure.Answers;
using Virtward.Exposure.Packets;

namespace Virtward.Host.Tests.Exposure.Truth.Judge;

/// <summary>What is judged: it says what becomes of packets, from a listing of rules and the host's network.</summary>
internal interface IEngine
{
    /// <summary>What it says of a packet.</summary>
    Trace Trace(Packet packet);
}
