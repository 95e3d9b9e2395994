using System.Collections.Immutable;
using Virtward.Core.Snapshots;

namespace Virtward.Hardening.Inventory.Network;

/// <summary>Facts: dnsmasq, the resolver, WireGuard and OpenVPN.</summary>
public sealed class NetworkFacts
{
    private const string LibvirtDnsmasq = "/var/lib/libvirt/dnsmasq";

    private NetworkFacts()
    {
    }

    /// <summary>Whether the tree was looked at, so that what is not there is known not to be there.</summary>
    public bool LookedAt { get; private init; }

    /// <summary>libvirt's dnsmasqs, by network.</summary>
    public ImmutableArray<DnsmasqConfig> GuestDnsmasqs { get; private init; } = [];

    /// <summary>Why not all of them are known; null: they are.</summary>
    public string? GuestDnsmasqsProblem { get; private init; }

    /// <summary>The host's own dnsmasq's configuration; null: there is none.</summary>
    public DnsmasqConfig? HostDnsmasq { get; private init; }

    /// <summary>Why the host's own dnsmasq's configuration is not known, or not wholly; null: it is.</summary>
    public string? HostDnsmasqProblem { get; private init; }

    /// <summary>systemd-resolved's settings.</summary>
    public ResolvedConfig Resolved { get; private init; } = ResolvedConfig.Read([]);

    /// <summary>Why they are not known, or not wholly; null: they are.</summary>
    public string? ResolvedProblem { get; private init; }

    /// <summary>Where <c>/etc/resolv.conf</c> leads, as it is written; null: it is no link, or not there.</summary>
    public string? ResolvTarget { get; private init; }

    /// <summary>The addresses that the host asks for names; empty: none, or not known.</summary>
    public ImmutableArray<string> Nameservers { get; private init; } = [];

    /// <summary>The WireGuard interfaces that run, with their ports.</summary>
    public ImmutableArray<(string Name, int Port)> WireguardInterfaces { get; private init; } = [];

    /// <summary>The WireGuard peers: of those that run, and of configuration files.</summary>
    public ImmutableArray<WireguardPeer> Peers { get; private init; } = [];

    /// <summary>The WireGuard configuration files.</summary>
    public ImmutableArray<ConfigFile> WireguardFiles { get; private init; } = [];

    /// <summary>Why WireGuard is not known, or not wholly; null: it is.</summary>
    public string? WireguardProblem { get; private init; }

    /// <summary>The OpenVPN configurations.</summary>
    public ImmutableArray<OpenVpnConfig> OpenVpn { get; private init; } = [];

    /// <summary>Why OpenVPN is not known, or not wholly; null: it is.</summary>
    public string? OpenVpnProblem { get; private init; }

    /// <summary>The interfaces, with what only an audit asks.</summary>
    public ImmutableArray<LinkDetail> Links { get; private init; } = [];

    /// <summary>Why they are not known; null: they are.</summary>
    public string? LinksProblem { get; private init; }

    /// <summary>Reads them; never fails as a whole.</summary>
    public static NetworkFacts Read(Snapshot snapshot)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        FileFacts files = FileFacts.Read(snapshot);
        bool lookedAt = files.StatesProblem is null && files.State("/usr/bin") is not null;
        string? unseen = lookedAt ? null : files.StatesProblem ?? "nobody looked at this host's files";
        ConfigFile[] own = [.. HostFiles(files)];
        ConfigFile[] wireguard = [.. files.In("/etc/wireguard", "*.conf")];
        string dump = snapshot.Text(NetworkSources.Wireguard) ?? "";
        ImmutableArray<LinkDetail> links = LinkDetailReader.Read(snapshot, out string? linksProblem);
        string? notDumped = snapshot.Text(NetworkSources.Wireguard) is not null || snapshot.IsNotInstalled(NetworkSources.Wireguard)
            ? null
            : snapshot.Missing.GetValueOrDefault(NetworkSources.Wireguard, $"the snapshot has no {NetworkSources.Wireguard}");
        return new NetworkFacts
        {
            LookedAt = lookedAt,
            GuestDnsmasqs = [.. files.In(LibvirtDnsmasq, "*.conf").Select(static file => new DnsmasqConfig(Path.GetFileNameWithoutExtension(file.Path), file.Path, [.. DnsmasqConfig.Read(file)]))],
            GuestDnsmasqsProblem = files.WhyIn(LibvirtDnsmasq) ?? unseen,
            HostDnsmasq = own.Length == 0 ? null : new DnsmasqConfig("", own[0].Path, [.. own.SelectMany(DnsmasqConfig.Read)]),
            HostDnsmasqProblem = files.Why("/etc/dnsmasq.conf") ?? files.WhyIn("/etc/dnsmasq.d") ?? unseen,
            Resolved = ResolvedConfig.Read(ResolvedFiles(files)),
            ResolvedProblem = files.Why("/etc/systemd/resolved.conf") ?? files.WhyIn("/etc/systemd/resolved.conf.d") ?? unseen,
            ResolvTarget = files.State("/etc/resolv.conf")?.Target,
            Nameservers =
            [
                .. (files.Find("/etc/resolv.conf")?.Lines ?? []).Select(static line => line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
                    .Where(static words => words.Length > 1 && words[0] == "nameserver").Select(static words => words[1]).Take(16),
            ],
            WireguardInterfaces = WireguardText.Interfaces(dump),
            Peers = [.. WireguardText.Peers(dump), .. wireguard.SelectMany(static file => WireguardText.Peers(file).AsEnumerable())],
            WireguardFiles = [.. wireguard],
            WireguardProblem = notDumped ?? files.WhyIn("/etc/wireguard") ?? unseen,
            OpenVpn = [.. files.In("/etc/openvpn", "*.conf").Concat(files.In("/etc/openvpn/server", "*.conf")).Concat(files.In("/etc/openvpn/client", "*.conf")).Select(OpenVpnConfig.Read)],
            OpenVpnProblem = files.WhyIn("/etc/openvpn") ?? unseen,
            Links = links,
            LinksProblem = linksProblem,
        };
    }

    // A drop-in of a name in /etc takes the place of those of the same name elsewhere; all are read by their names.
    private static IEnumerable<ConfigFile> ResolvedFiles(FileFacts files)
    {
        IEnumerable<ConfigFile> main = files.Find("/etc/systemd/resolved.conf") is ConfigFile file ? [file] : [];
        return main.Concat(((ReadOnlySpan<string>)["/etc/systemd/resolved.conf.d", "/run/systemd/resolved.conf.d", "/usr/lib/systemd/resolved.conf.d"]).ToArray()
            .SelectMany(directory => files.In(directory, "*.conf"))
            .DistinctBy(static one => Path.GetFileName(one.Path))
            .OrderBy(static one => Path.GetFileName(one.Path), StringComparer.Ordinal));
    }

    // Package leftovers in /etc/dnsmasq.d are passed over by dnsmasq as both families start it.
    private static IEnumerable<ConfigFile> HostFiles(FileFacts files)
    {
        IEnumerable<ConfigFile> main = files.Find("/etc/dnsmasq.conf") is ConfigFile file ? [file] : [];
        return main.Concat(files.In("/etc/dnsmasq.d", "*").Where(static one => !one.Path.Contains(".dpkg-", StringComparison.Ordinal)
            && !one.Path.Contains(".rpm", StringComparison.Ordinal) && !one.Path.EndsWith('~') && !one.Path.EndsWith("/README", StringComparison.Ordinal)));
    }
}
