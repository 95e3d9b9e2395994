using Virtward.Core.Snapshots;
using Virtward.Hardening.Inventory.Hypervisor;

namespace Virtward.Hardening.Checks.Libvirt;

/// <summary>Where a guest's console listens in the end.</summary>
internal static class Consoles
{
    /// <summary>Its address: as its XML says, else qemu.conf, else libvirt's own: loopback. Of a network's it is known only while the guest runs.</summary>
    public static string Address(HypervisorFacts host, GuestGraphics console) =>
        console.Address.Length > 0 ? console.Address
        : console.ListenType == "network" ? "the address of a libvirt network"
        : host.Qemu.Value(console.Type == "spice" ? "spice_listen" : "vnc_listen", "127.0.0.1");

    /// <summary>Whether a socket is a console that others than the host itself could reach.</summary>
    public static bool IsOpen(Listener socket) => socket.Purpose is "vnc" or "vnc-websocket" or "spice" or "spice-tls" && !socket.Loopback;
}
