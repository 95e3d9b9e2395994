using Virtward.Exposure.Answers;
using Virtward.Exposure.Topology;

namespace Virtward.Exposure.Evaluation;

/// <summary>What became of one question's packets, as sets of packets.</summary>
/// <param name="Question">The question.</param>
/// <param name="Device">Where they come in; null: the host's own.</param>
/// <param name="Possible">The sources that they can have.</param>
/// <param name="Sent">The ports and destinations that they are sent to.</param>
/// <param name="Arrived">Those that arrive.</param>
/// <param name="Rejected">Those whose sender is told that they do not.</param>
internal readonly record struct AskedPart(Question Question, NetworkInterface? Device, int Possible, int Sent, int Arrived, int Rejected);
