using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Virtward.Core.Net;

namespace Virtward.Core.Snapshots;

/// <summary>
/// A bound socket that takes packets from anybody: a listening TCP socket, or one of UDP and the like without a peer. Source: the kernel, by
/// sock_diag(7) or /proc/net; its owner from /proc.
/// </summary>
public sealed record Listener
{
    /// <summary><c>tcp</c>, <c>udp</c>, <c>udplite</c>, <c>sctp</c>, <c>dccp</c>, <c>raw</c>, or <c>packet</c> (below the firewall: packet(7)).</summary>
    public required string Protocol { get; init; }

    /// <summary>The IP protocol's number; of a raw socket the one that it takes. 0 for packet sockets.</summary>
    public int Number { get; init; }

    /// <summary>The address that it is bound to; <c>0.0.0.0</c> or <c>::</c> for all.</summary>
    public required Address Address { get; init; }

    /// <summary>The port; 0 for raw and packet sockets.</summary>
    public int Port { get; init; }

    /// <summary>Of an IPv6 socket: that it takes no IPv4 (IPV6_V6ONLY). Not known, where /proc was read, counts as false.</summary>
    public bool V6Only { get; init; }

    /// <summary>Whether it takes packets for addresses that are not the host's (IP_TRANSPARENT, ip(7)); null: the kernel does not tell (before 5.10).</summary>
    public bool? Transparent { get; init; }

    /// <summary>The device that it is bound to (SO_BINDTODEVICE): others' packets never reach it; null: none.</summary>
    public string? Device { get; init; }

    /// <summary>The network namespace it is in, where that is another than the one looked at (<c>net:[4026532001]</c>); null: the same.</summary>
    public string? Namespace { get; init; }

    /// <summary>The processes that hold it, those that serve before init. Empty: held by the kernel, or not to be seen without root.</summary>
    public ImmutableArray<ListenerProcess> Processes { get; init; } = [];

    /// <summary>The systemd unit of its process (<c>sshd.service</c>); null: none.</summary>
    public string? Unit { get; init; }

    /// <summary>The container of its process, <c>docker:0123456789ab</c>; null: none.</summary>
    public string? Container { get; init; }

    /// <summary>The guest whose qemu holds it, by libvirt's name; null: none.</summary>
    public string? Guest { get; init; }

    /// <summary>The number of the user that made it.</summary>
    public long Uid { get; init; }

    /// <summary>That user's name in /etc/passwd; null: it has none there.</summary>
    public string? User { get; init; }

    /// <summary>Its inode, by which processes hold it; 0: no process does.</summary>
    public ulong Inode { get; init; }

    /// <summary>
    /// What it is for, one word: <c>ssh</c>, <c>vnc</c>, <c>vnc-websocket</c>, <c>spice</c>, <c>migration</c>, <c>gdb</c>, <c>monitor</c>,
    /// <c>serial</c>, <c>nbd</c>, <c>libvirt</c>, <c>libvirt-tls</c>, <c>dns</c>, <c>dhcp</c>, <c>container-proxy</c>, <c>wireguard</c>, …;
    /// else its process's name; empty: unknown.
    /// </summary>
    public string Purpose { get; init; } = "";

    /// <summary>Whether it is bound to no address.</summary>
    [JsonIgnore]
    public bool Wildcard => Address.IsV4 ? Address.V4 == 0 : Address.Value == 0;

    /// <summary>Whether IPv4 packets reach it: <c>::</c> takes them too, unless it was told not to.</summary>
    [JsonIgnore]
    public bool TakesV4 => Protocol == "packet" || Address.IsV4 || (Address.Value == 0 && !V6Only && Protocol != "raw");

    /// <summary>Whether IPv6 packets reach it.</summary>
    [JsonIgnore]
    public bool TakesV6 => Protocol == "packet" || !Address.IsV4;

    /// <summary>Whether it is bound to loopback, so that only the host itself reaches it.</summary>
    [JsonIgnore]
    public bool Loopback => Device == "lo" || (Address.IsV4 ? Address.V4 >> 24 == 127 : Address.Value == 1);

    /// <summary>As ss(8) writes it: <c>tcp 0.0.0.0%virbr0:53</c>, <c>udp [::]:67</c>.</summary>
    public override string ToString()
    {
        string device = Device is null ? "" : $"%{Device}";
        string address = Address.IsV4 ? $"{Address}{device}" : $"[{Address}]{device}";
        return Protocol is "raw" ? $"raw {address} protocol {Number}" : $"{Protocol} {address}:{Port}";
    }
}
