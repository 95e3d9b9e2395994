using Virtward.Core.Host;
using Virtward.Core.Snapshots;

namespace Virtward.Hardening.Inventory.Network;

/// <summary>What is read of a host for <see cref="NetworkFacts"/>.</summary>
public static class NetworkSources
{
    /// <summary>The WireGuard interfaces and peers, without keys.</summary>
    public const string Wireguard = SnapshotNames.Audit + "wireguard.txt";

    /// <summary>The files and programs.</summary>
    public static readonly SnapshotSources All = new()
    {
        Files =
        [
            new("/var/lib/libvirt/dnsmasq/*.conf", Cleaning.Secrets), new("/etc/dnsmasq.conf", Cleaning.Secrets), new("/etc/dnsmasq.d/*", Cleaning.Secrets),
            new("/etc/systemd/resolved.conf", Cleaning.Secrets), new("/etc/systemd/resolved.conf.d/*.conf", Cleaning.Secrets),
            new("/usr/lib/systemd/resolved.conf.d/*.conf", Cleaning.Secrets), new("/run/systemd/resolved.conf.d/*.conf", Cleaning.Secrets),
            new("/etc/resolv.conf", Cleaning.Nothing),
            new("/etc/wireguard/*.conf", WireguardText.CleanConfig),
            new("/etc/openvpn/*.conf", OpenVpnConfig.Clean), new("/etc/openvpn/server/*.conf", OpenVpnConfig.Clean), new("/etc/openvpn/client/*.conf", OpenVpnConfig.Clean),
        ],
        States =
        [
            "/usr/bin", "/etc/resolv.conf", "/etc/dnsmasq.conf", "/usr/sbin/dnsmasq", "/usr/sbin/openvpn", "/usr/bin/wg", "/usr/lib/systemd/systemd-resolved",
            "/etc/systemd/system/multi-user.target.wants/wg-quick@*.service", "/etc/systemd/system/multi-user.target.wants/openvpn*.service",
            "/etc/wireguard", "/etc/wireguard/*", "/etc/openvpn/*", "/etc/openvpn/server/*", "/etc/openvpn/client/*", "/etc/openvpn/*/*.key", "/etc/openvpn/easy-rsa/pki/private/*",
        ],
        Commands =
        [
            new CommandSource(Wireguard, Command.Of("wg", "show", "all", "dump") with { TimeLimit = TimeSpan.FromSeconds(5) }) { Clean = WireguardText.Clean },
        ],
    };
}
