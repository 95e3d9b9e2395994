using System.Collections.Immutable;
using Virtward.Core.Net;
using Virtward.Exposure.Rulesets.Sets;
using Virtward.Exposure.Topology;
using Virtward.Exposure.Zones;

namespace Virtward.Exposure.Matrix;

/// <summary>Something that can be reached: a listener, a forwarded port, a guest.</summary>
/// <param name="Place">Where it is.</param>
/// <param name="Service">What it is.</param>
/// <param name="Protocol">The transport protocol's number; <see cref="AnyProtocol"/> of a whole zone.</param>
/// <param name="Ports">Its ports: one for a listener, an interval for a guest or a zone.</param>
public sealed record Endpoint(EndpointPlace Place, Service Service, int Protocol, ValueRange Ports)
{
    /// <summary>The addresses that packets to it are sent to.</summary>
    public ImmutableArray<Address> Addresses { get; init; } = [];

    /// <summary>The device it is bound to; null: any.</summary>
    public string? BoundDevice { get; init; }

    /// <summary>Of a listener of TCP or UDP: its sockets, which a rule may hand packets to that are sent elsewhere (<c>tproxy</c>).</summary>
    public ImmutableArray<LocalSocket> Sockets { get; init; } = [];

    /// <summary>Whether it takes packets to every address of the host.</summary>
    public bool Wildcard { get; init; }

    /// <summary>Whose it is, in a few words: <c>sshd (ssh.service)</c>, <c>guest web1</c>.</summary>
    public string Owner { get; init; } = "";

    /// <summary>The devices of the host that it stands behind, where it is in another network namespace.</summary>
    public ImmutableArray<string> Behind { get; init; } = [];

    /// <summary>Of a forwarded port: what listens where it is forwarded to, as far as that is known.</summary>
    public string Listener { get; init; } = "";

    /// <summary>Its name for people and for <c>explain</c>: <c>ssh</c>, <c>tcp/5900</c>; and where it is not the host, whose: <c>web1</c>.</summary>
    public string Name => Service.Name.Length > 0 ? Service.Name : PortText;

    /// <summary>Protocol and port: <c>tcp/22</c>, <c>udp/5000-5010</c>, <c>tcp</c> for all ports, <c>any port</c>.</summary>
    public string PortText
    {
        get
        {
            if (Protocol == AnyProtocol)
            {
                return "any port";
            }

            string protocol = Packets.ProtocolNames.ToText(Protocol);
            return Ports == AllPorts ? protocol : Ports.IsSingle ? $"{protocol}/{Ports.First}" : $"{protocol}/{Ports.First}-{Ports.Last}";
        }
    }

    /// <summary>Where it is a whole zone: where that is; else null.</summary>
    public Destination? Destination { get; init; }

    /// <summary>In place of a protocol's number: all that are asked about.</summary>
    public const int AnyProtocol = -1;

    /// <summary>Every port.</summary>
    public static readonly ValueRange AllPorts = new(0, 65535);
}
