namespace Virtward.Exposure.Probing;

/// <summary>A port to be probed.</summary>
/// <param name="Protocol">6 or 17.</param>
/// <param name="Port">The port.</param>
/// <param name="Service">What is thought to be there.</param>
/// <param name="Expected">What the exposure says.</param>
public sealed record ProbeTarget(int Protocol, int Port, string Service, Expected Expected);
