using System.Globalization;

namespace Virtward.Core.Policy;

/// <summary>Ports of one transport protocol, both ends included.</summary>
/// <param name="Protocol">The transport.</param>
/// <param name="From">The first port, 1 to 65535.</param>
/// <param name="To">The last port, not below <paramref name="From"/>.</param>
public readonly record struct PortScope(Transport Protocol, ushort From, ushort To)
{
    /// <summary>As a policy writes it: <c>22/tcp</c>, <c>5900-5999/tcp</c>.</summary>
    public override string ToString()
    {
        string protocol = Protocol == Transport.Tcp ? "tcp" : "udp";
        return From == To
            ? string.Create(CultureInfo.InvariantCulture, $"{From}/{protocol}")
            : string.Create(CultureInfo.InvariantCulture, $"{From}-{To}/{protocol}");
    }
}
