namespace Virtward.Exposure.Matrix;

/// <summary>What listens at a port, in a word, and what it is for.</summary>
/// <param name="Name">The word: <c>ssh</c>, <c>vnc</c>, <c>dnsmasq</c>, ….</param>
/// <param name="Kind">What it is for.</param>
public sealed record Service(string Name, ServiceKind Kind);
