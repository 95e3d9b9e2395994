using Virtward.Exposure.Rulesets.Sets;

namespace Virtward.Exposure.Matrix;

/// <summary>Ports that some rule of translation speaks of: candidates for what the host forwards.</summary>
/// <param name="V6">For IPv6 too, or only.</param>
/// <param name="V4">For IPv4 too, or only.</param>
/// <param name="Protocol">The transport protocol's number.</param>
/// <param name="Ports">The ports.</param>
public readonly record struct PublishedPort(bool V4, bool V6, int Protocol, ValueRange Ports);
