using System.Collections.Immutable;

namespace Virtward.Core.Policy;

/// <summary>What may be reached, and by whom: anything else that can be reached is told.</summary>
/// <param name="Name">What the administrator calls it; unique.</param>
/// <param name="Ports">Its ports, each of one protocol.</param>
/// <param name="From">The zones that may reach it.</param>
public sealed record ServicePolicy(string Name, ImmutableArray<PortScope> Ports, ImmutableArray<string> From)
{
    /// <summary>What <see cref="To"/> says of the host itself.</summary>
    public const string Host = "host";

    /// <summary>Where it is: the host (its own ports, and those that it forwards), or a zone.</summary>
    public string To { get; init; } = Host;

    /// <summary>How often at most one source may begin; null: as often as it likes.</summary>
    public ServiceRate? Rate { get; init; }
}
