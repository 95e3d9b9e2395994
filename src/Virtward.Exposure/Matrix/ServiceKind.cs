namespace Virtward.Exposure.Matrix;

/// <summary>What a service is for, as far as it decides who may reach it on a KVM host.</summary>
public enum ServiceKind
{
    /// <summary>Anything else.</summary>
    Other,

    /// <summary>Remote login.</summary>
    Ssh,

    /// <summary>A guest's screen, keyboard or serial line: VNC, SPICE, websockets, gdb stubs, monitors.</summary>
    Console,

    /// <summary>The virtualisation's own management: libvirt.</summary>
    Libvirt,

    /// <summary>Guests on the move, and disks over the network: migration, NBD.</summary>
    Migration,

    /// <summary>A web panel that manages the host: cockpit, Proxmox, Webmin.</summary>
    Panel,

    /// <summary>Name service.</summary>
    Dns,

    /// <summary>Address service: DHCP, DHCPv6, TFTP.</summary>
    Dhcp,

    /// <summary>The way in: WireGuard, OpenVPN, IPsec.</summary>
    Vpn,

    /// <summary>Finding neighbours: mDNS, LLMNR, SSDP, NetBIOS.</summary>
    Discovery,

    /// <summary>A web server.</summary>
    Web,
}
