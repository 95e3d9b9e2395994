using Virtward.Core.Snapshots;
using Virtward.Exposure.Packets;
using Virtward.Exposure.Topology;

namespace Virtward.Exposure.Facts.Network;

/// <summary>Listeners as the engine knows them: sockets of TCP and UDP, which rules may hand packets to.</summary>
internal static class ListenerSockets
{
    /// <summary>The sockets of listeners; of other protocols none.</summary>
    public static IEnumerable<LocalSocket> Of(IEnumerable<Listener> listeners) =>
        from listener in listeners
        let protocol = listener.Protocol switch { "tcp" => ProtocolNames.Tcp, "udp" => ProtocolNames.Udp, _ => 0 }
        where protocol > 0 && listener.Port > 0
        select new LocalSocket(protocol, listener.Address, listener.Port) { V6Only = listener.V6Only, Device = listener.Device, Transparent = listener.Transparent };
}
