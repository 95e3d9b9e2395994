using Virtward.Core.Net;

namespace Virtward.Demo;

/// <summary>A subnet that is out, with both halves of its price.</summary>
/// <param name="Subnet">The subnet.</param>
/// <param name="Attacked">How many attackers in it had been banned when the subnet was.</param>
public readonly record struct SubnetBan(Prefix Subnet, int Attacked)
{
    /// <summary>How many it shuts out: addresses of IPv4, /64s of IPv6.</summary>
    public double ShutOut => Subnet.IsV4 ? Subnet.Count : Math.Pow(2, 64 - Subnet.Length);
}
