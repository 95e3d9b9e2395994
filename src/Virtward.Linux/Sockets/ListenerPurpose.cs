using System.Collections.Immutable;
using Virtward.Core.Snapshots;

namespace Virtward.Linux.Sockets;

/// <summary>What a listener is for, in one word, from the program that holds it.</summary>
public static class ListenerPurpose
{
    /// <summary>The word; empty where nothing tells.</summary>
    /// <param name="listener">The listener, with its processes.</param>
    /// <param name="arguments">The arguments of its first process.</param>
    /// <param name="wireguard">Whether the host has WireGuard devices.</param>
    public static string Of(Listener listener, ImmutableArray<string> arguments, bool wireguard)
    {
        if (listener.Processes.IsEmpty)
        {
            // The kernel's own: WireGuard, VXLAN, NFS. Its socket has no inode that anybody holds.
            return listener.Inode == 0 && listener.Protocol == "udp" && wireguard ? "wireguard" : "";
        }

        string program = Name(listener.Processes[0]);
        return program switch
        {
            _ when QemuArguments.IsQemu(program) => Qemu(listener, arguments),
            "sshd" or "sshd-session" or "sshd-auth" or "dropbear" => "ssh",
            "libvirtd" or "virtproxyd" => listener.Port == 16514 ? "libvirt-tls" : "libvirt",
            "virtqemud" => "libvirt",
            "dnsmasq" => listener.Port is 67 or 547 ? "dhcp" : listener.Port == 69 ? "tftp" : "dns",
            "named" or "unbound" or "systemd-resolve" or "systemd-resolved" => listener.Port switch
            {
                5353 => "mdns",
                5355 => "llmnr",
                _ => "dns",
            },
            "avahi-daemon" => "mdns",
            "dhclient" or "dhcpcd" or "systemd-networkd" or "systemd-network" or "NetworkManager" => "dhcp-client",
            "chronyd" or "ntpd" or "systemd-timesyncd" => "ntp",
            "docker-proxy" or "rootlessport" or "conmon" or "pasta" or "slirp4netns" => "container-proxy",
            "wireguard-go" or "boringtun" or "boringtun-cli" => "wireguard",
            "openvpn" => "openvpn",
            "charon" or "pluto" or "charon-systemd" => "ipsec",
            "qemu-nbd" or "nbdkit" => "nbd",
            "cockpit-ws" or "cockpit-tls" => "cockpit",
            "systemd" => Activated(listener),
            _ => program,
        };
    }

    // Held by init for a unit that starts with the first connection.
    private static string Activated(Listener listener) => (listener.Protocol, listener.Port) switch
    {
        ("tcp", 22) => "ssh",
        ("tcp", 9090) => "cockpit",
        ("tcp", 16509) => "libvirt",
        ("tcp", 16514) => "libvirt-tls",
        (_, 111) => "rpcbind",
        _ => "systemd",
    };

    private static string Qemu(Listener listener, ImmutableArray<string> arguments)
    {
        foreach (QemuEndpoint endpoint in QemuArguments.Endpoints(arguments))
        {
            if (endpoint.Port == listener.Port)
            {
                return endpoint.Purpose;
            }
        }

        // Set up after the start by libvirt, through the monitor: its own ranges tell (qemu.conf).
        return listener.Port switch
        {
            >= 49152 and <= 49215 => "migration",
            10809 => "nbd",
            >= 5900 and <= 6923 => "vnc",
            >= 5700 and < 5900 => "vnc-websocket",
            _ => "qemu",
        };
    }

    /// <summary>The program's name: of its path, where that is to be seen.</summary>
    public static string Name(ListenerProcess process) =>
        process.Program is string path ? Path.GetFileName(path.Replace(" (deleted)", "", StringComparison.Ordinal)) : process.Name;
}
