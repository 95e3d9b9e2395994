using System.Collections.Immutable;
using System.Text;
using Virtward.Core.Net;
using Virtward.Host.Tests.Exposure.Truth.Frames;
using Virtward.Host.Tests.Support;

namespace Virtward.Host.Tests.Exposure.Truth.Scene;

/// <summary>
/// The host in a namespace, and in another the far ends of all its links, which have no addresses and so never say anything by themselves. Neighbours
/// and the bridges' forwarding tables are static: nothing is learnt, so a frame never changes where the next one goes.
/// </summary>
internal sealed class TruthScene : IDisposable
{
    private readonly Dictionary<int, Link> _byFarIndex = [];
    private readonly Dictionary<string, int> _farIndex = [];

    /// <summary>Sets it up.</summary>
    /// <param name="layout">How the host stands.</param>
    /// <param name="makeBridges">Who makes the bridges on the host, with their addresses; null: they are made here.</param>
    public TruthScene(Layout layout, Action<NetworkNamespace>? makeBridges = null)
    {
        Layout = layout;
        Far.Sysctl("net.ipv6.conf.all.disable_ipv6", "1");
        Far.Sysctl("net.ipv6.conf.default.disable_ipv6", "1");
        foreach ((string name, string value) in PlainSysctls())
        {
            Host.Sysctl(name, value);
        }

        makeBridges?.Invoke(Host);
        foreach (string bridge in Layout.Bridges)
        {
            Host.Ip(makeBridges is null
                ? $"link add {bridge} address {Link.Text(Layout.BridgeMac(bridge))} type bridge mcast_snooping 0"
                : $"link set {bridge} type bridge mcast_snooping 0");
        }

        foreach (Link link in layout.Links)
        {
            Host.Link(Far, link.Device, link.Far);
        }

        Far.Ip("link add sentinel type veth peer name sentinel-peer");
        Far.Exec("ip", ["-batch", "-"], Batch(FarCommands()));
        AwaitCarrier(Far, "veth");
        AwaitCarrier(Host, "veth");
        SentinelIndex = (int)Far.Run(static () => Libc.IndexOf("sentinel"));
        Host.Exec("ip", ["-batch", "-"], Batch(HostCommands()));
        AwaitCarrier(Host, "bridge");
        Host.Exec("ip", ["-6", "-batch", "-"], layout.CommandsV6);
        Host.Exec("bridge", ["-batch", "-"], Batch(ForwardingTables()));
        foreach ((string name, string value) in layout.Sysctls)
        {
            Host.Sysctl(name, value);
        }

        AwaitAddresses();
        foreach (Link link in layout.Links)
        {
            int index = (int)Far.Run(() => Libc.IndexOf(link.Far));
            _farIndex.Add(link.Device, index);
            _byFarIndex.Add(index, link);
        }

        Wire = Far.Run(static () => new Wire());
        Ear = Host.Run(static () => new HostEar());
        Mouth = new HostMouth(Host);
        Quiet = new QuietPorts(Host);
        Flows = Host.Run(static () => new Conntrack());
    }

    public Layout Layout { get; }

    public NetworkNamespace Host { get; } = new();

    public NetworkNamespace Far { get; } = new();

    public Wire Wire { get; }

    public HostEar Ear { get; }

    public HostMouth Mouth { get; }

    public QuietPorts Quiet { get; }

    public Conntrack Flows { get; }

    /// <summary>The index of a device whose frames come back to the far ends without touching the host.</summary>
    public int SentinelIndex { get; }

    /// <summary>The index of a link's far end.</summary>
    public int FarIndex(Link link) => _farIndex[link.Device];

    /// <summary>The link whose far end has an index; null for other devices.</summary>
    public Link? ByFarIndex(int index) => _byFarIndex.GetValueOrDefault(index);

    /// <summary>Replaces all rules of the host by others and forgets all flows; null, or why nft refuses.</summary>
    public string? Load(string rules)
    {
        using System.Diagnostics.Process nft = Host.Start("nft", ["-f", "-"]);
        nft.StandardInput.Write("flush ruleset\n" + rules);
        nft.StandardInput.Close();
        string error = nft.StandardError.ReadToEnd();
        nft.WaitForExit();
        Flows.Forget();
        return nft.ExitCode == 0 ? null : error;
    }

    /// <summary>The host's rules as <c>nft -a list ruleset</c> prints them.</summary>
    public string Listing() => Host.Exec("nft", ["-a", "list", "ruleset"]);

    /// <summary>The same; null where nft stumbles over the rules that it has loaded itself.</summary>
    public string? TryListing()
    {
        using System.Diagnostics.Process nft = Host.Start("nft", ["-a", "list", "ruleset"]);
        nft.StandardInput.Close();
        string listing = nft.StandardOutput.ReadToEnd();
        nft.WaitForExit();
        return nft.ExitCode == 0 ? listing : null;
    }

    public void Dispose()
    {
        Wire.Dispose();
        Ear.Dispose();
        Mouth.Dispose();
        Quiet.Dispose();
        Flows.Dispose();
        Far.Dispose();
        Host.Dispose();
    }

    /// <summary>
    /// A device loses what it is given until the kernel has seen to its carrier, which it does by and by (noop_qdisc, linkwatch_do_dev); on a busy machine that takes a
    /// while.
    /// </summary>
    private static void AwaitCarrier(NetworkNamespace place, string type) => Await("a device does not come up", () =>
    {
        string[] links = place.Exec("ip", ["-br", "link", "show", "type", type]).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return links.All(static link => link.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1] == "UP");
    });

    /// <summary>An address of IPv6 is the host's only when the kernel has seen to it, by and by (addrconf_dad_work); on a busy machine that takes a while.</summary>
    private void AwaitAddresses() => Await("an address does not become the host's", () =>
    {
        string own = Host.Exec("ip", ["-6", "route", "show", "table", "local"]);
        string[] addresses = Host.Exec("ip", ["-6", "-o", "address", "show", "up"]).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return addresses.All(line => !line.Contains("tentative", StringComparison.Ordinal)
            && own.Contains($"local {line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[3].Split('/')[0]} ", StringComparison.Ordinal));
    });

    private static void Await(string otherwise, Func<bool> holds)
    {
        if (!Wait.For(holds, seconds: 10))
        {
            throw new TimeoutException(otherwise);
        }
    }

    private static string Batch(IEnumerable<string> commands)
    {
        var text = new StringBuilder();
        foreach (string command in commands)
        {
            text.Append(command).Append('\n');
        }

        return text.ToString();
    }

    /// <summary>Forwarding on, the kernel's limits on ICMP off, and nothing said unasked.</summary>
    private static IEnumerable<(string Name, string Value)> PlainSysctls() =>
    [
        ("net.ipv4.ip_forward", "1"),
        ("net.ipv6.conf.all.forwarding", "1"),
        ("net.ipv6.conf.default.forwarding", "1"),
        ("net.ipv4.conf.all.rp_filter", "0"),
        ("net.ipv4.conf.default.rp_filter", "0"),
        ("net.ipv4.conf.all.send_redirects", "0"),
        ("net.ipv4.conf.default.send_redirects", "0"),
        ("net.ipv4.icmp_ratelimit", "0"),
        ("net.ipv4.icmp_msgs_per_sec", "1000000"),
        ("net.ipv4.icmp_msgs_burst", "100000"),
        ("net.ipv6.icmp.ratelimit", "0"),
        ("net.ipv6.conf.default.accept_dad", "0"),
        ("net.bridge.bridge-nf-call-iptables", "0"),
        ("net.bridge.bridge-nf-call-ip6tables", "0"),
        ("net.bridge.bridge-nf-call-arptables", "0"),
        .. FlowTimeouts.Select(static name => ($"net.netfilter.nf_conntrack_{name}", "86400")),
    ];

    /// <summary>No flow ends by itself while packets are on their way, however busy the machine is.</summary>
    private static ImmutableArray<string> FlowTimeouts =>
    [
        "generic_timeout", "icmp_timeout", "icmpv6_timeout", "udp_timeout", "udp_timeout_stream", "tcp_timeout_close", "tcp_timeout_close_wait",
        "tcp_timeout_fin_wait", "tcp_timeout_last_ack", "tcp_timeout_syn_recv", "tcp_timeout_syn_sent", "tcp_timeout_time_wait", "tcp_timeout_unacknowledged",
        "tcp_timeout_max_retrans",
    ];

    private IEnumerable<string> FarCommands()
    {
        yield return "link set sentinel up arp off";
        yield return "link set sentinel-peer up arp off";
        foreach (Link link in Layout.Links)
        {
            yield return $"link set {link.Far} address {Link.Text(link.PeerMac)} arp off";
        }
    }

    private IEnumerable<string> HostCommands()
    {
        foreach (Link link in Layout.Links)
        {
            yield return $"link set {link.Device} address {Link.Text(link.Mac)}";
            if (link.Bridge is { } bridge)
            {
                yield return $"link set {link.Device} master {bridge}";
                yield return $"link set {link.Device} type bridge_slave learning off";
            }
        }

        foreach (string bridge in Layout.Bridges)
        {
            yield return $"link set {bridge} up";
        }

        foreach ((string device, string address) in Layout.Addresses)
        {
            yield return $"addr replace {address} dev {device}{(address.Contains(':', StringComparison.Ordinal) ? " nodad" : "")}";
        }

        foreach ((string device, string text) in Layout.Addresses)
        {
            foreach (string neighbour in Neighbours(device, text))
            {
                yield return neighbour;
            }
        }

        yield return "route add default via 203.0.113.1";
        yield return "route add ::/0 via 2001:db8:1::1";
        foreach (string command in Layout.Commands.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            yield return command;
        }
    }

    /// <summary>A whole /24 of neighbours, and the first 256 addresses of an IPv6 network.</summary>
    private IEnumerable<string> Neighbours(string device, string text)
    {
        string[] parts = text.Split('/');
        var own = Address.Parse(parts[0]);
        UInt128 block = own.Value & ~(UInt128)0xff;
        IEnumerable<UInt128> blocks = own.IsV4 ? [block] : ((UInt128[])[block, own.Value & ~(UInt128)0xffff]).Distinct();
        foreach (UInt128 first in blocks)
        {
            for (uint last = 0; last < 255; last++)
            {
                var address = Address.FromValue(first | last);
                if (address != own && Layout.Home(address) is { } link)
                {
                    yield return $"neigh replace {address} lladdr {Link.Text(link.PeerMac)} dev {device} nud permanent";
                }
            }
        }

        if (!own.IsV4)
        {
            Link somebody = Layout.Links.First(link => link.Device == device || link.Bridge == device);
            yield return $"neigh replace fe80::1 lladdr {Link.Text(somebody.PeerMac)} dev {device} nud permanent";
        }
    }

    private IEnumerable<string> ForwardingTables()
    {
        foreach (Link link in Layout.Links.Where(static link => link.Bridge is not null))
        {
            yield return $"fdb replace {Link.Text(link.PeerMac)} dev {link.Device} master static";
        }
    }
}
