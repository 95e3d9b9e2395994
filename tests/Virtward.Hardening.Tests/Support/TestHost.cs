using Virtward.Core.Net;
using Virtward.Core.Policy;
using Virtward.Core.Snapshots;
using Virtward.Exposure.Facts;
using Virtward.Hardening.Checks;
using Virtward.Hardening.Inventory;

namespace Virtward.Hardening.Tests.Support;

/// <summary>
/// A host put together from texts, for checks: Debian 12, read as root, with one interface to the Internet (eth0, 203.0.113.10/24), one to the management
/// network (eth1, 192.168.1.100/24) and libvirt's virbr0 (192.168.122.1/24), no rules and no listeners, until a test says otherwise.
/// </summary>
public sealed class TestHost
{
    /// <summary>The time that every test host is read at.</summary>
    public static readonly DateTimeOffset Now = new(2026, 11, 27, 12, 0, 0, TimeSpan.Zero);

    private readonly List<FileState> _states = [];
    private Snapshot _snapshot = new();
    private string _distribution = Debian12;
    private bool _root = true;

    private const string Debian12 = "ID=debian\nVERSION_ID=\"12\"\nPRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\n";
    private const string Rocky9 = "ID=\"rocky\"\nID_LIKE=\"rhel centos fedora\"\nVERSION_ID=\"9.4\"\nPRETTY_NAME=\"Rocky Linux 9.4 (Blue Onyx)\"\n";

    public TestHost()
    {
        Text(SnapshotNames.NftText, "");
        Text(SnapshotNames.Links, """
            [{"ifindex":1,"ifname":"lo","flags":["LOOPBACK","UP","LOWER_UP"],"mtu":65536,"operstate":"UNKNOWN","link_type":"loopback","address":"00:00:00:00:00:00"},
             {"ifindex":2,"ifname":"eth0","flags":["BROADCAST","UP","LOWER_UP"],"mtu":1500,"operstate":"UP","link_type":"ether","address":"52:54:00:00:00:02"},
             {"ifindex":3,"ifname":"eth1","flags":["BROADCAST","UP","LOWER_UP"],"mtu":1500,"operstate":"UP","link_type":"ether","address":"52:54:00:00:00:03"},
             {"ifindex":4,"ifname":"virbr0","flags":["BROADCAST","UP","LOWER_UP"],"mtu":1500,"operstate":"UP","link_type":"ether","address":"52:54:00:00:00:04","linkinfo":{"info_kind":"bridge","info_data":{"vlan_filtering":0}}}]
            """);
        Text(SnapshotNames.Addresses, """
            [{"ifindex":1,"ifname":"lo","addr_info":[{"family":"inet","local":"127.0.0.1","prefixlen":8,"scope":"host"},{"family":"inet6","local":"::1","prefixlen":128,"scope":"host"}]},
             {"ifindex":2,"ifname":"eth0","addr_info":[{"family":"inet","local":"203.0.113.10","prefixlen":24,"scope":"global"},{"family":"inet6","local":"2001:db8::10","prefixlen":64,"scope":"global"}]},
             {"ifindex":3,"ifname":"eth1","addr_info":[{"family":"inet","local":"192.168.1.100","prefixlen":24,"scope":"global"}]},
             {"ifindex":4,"ifname":"virbr0","addr_info":[{"family":"inet","local":"192.168.122.1","prefixlen":24,"scope":"global"}]}]
            """);
        Text(SnapshotNames.Routes, """
            [{"dst":"default","gateway":"203.0.113.1","dev":"eth0","table":"main"},
             {"dst":"203.0.113.0/24","dev":"eth0","table":"main","scope":"link","prefsrc":"203.0.113.10"},
             {"dst":"192.168.1.0/24","dev":"eth1","table":"main","scope":"link","prefsrc":"192.168.1.100"},
             {"dst":"192.168.122.0/24","dev":"virbr0","table":"main","scope":"link","prefsrc":"192.168.122.1"},
             {"type":"local","dst":"127.0.0.0/8","dev":"lo","table":"local","scope":"host"},
             {"type":"local","dst":"203.0.113.10","dev":"eth0","table":"local","scope":"host"},
             {"type":"local","dst":"192.168.1.100","dev":"eth1","table":"local","scope":"host"},
             {"type":"local","dst":"192.168.122.1","dev":"virbr0","table":"local","scope":"host"}]
            """);
        Text(SnapshotNames.Routes6, """
            [{"dst":"default","gateway":"2001:db8::1","dev":"eth0","table":"main"},{"dst":"2001:db8::/64","dev":"eth0","table":"main"},
             {"type":"local","dst":"::1","dev":"lo","table":"local"},{"type":"local","dst":"2001:db8::10","dev":"eth0","table":"local"}]
            """);
        Text(SnapshotNames.Rules, """[{"priority":0,"src":"all","table":"local"},{"priority":32766,"src":"all","table":"main"},{"priority":32767,"src":"all","table":"default"}]""");
        Text(SnapshotNames.Rules6, """[{"priority":0,"src":"all","table":"local"},{"priority":32766,"src":"all","table":"main"}]""");
        Text(SnapshotNames.BridgeLinks, "[]");
        Text(SnapshotNames.Sysctl, "net.ipv4.ip_forward = 1\nnet.ipv4.conf.all.forwarding = 1\nnet.ipv6.conf.all.forwarding = 0\n");
        Listeners();
    }

    /// <summary>Rocky Linux 9 instead of Debian 12.</summary>
    public TestHost OnRhel()
    {
        _distribution = Rocky9;
        return this;
    }

    /// <summary>Another distribution, by the text of its os-release.</summary>
    public TestHost On(string osRelease)
    {
        _distribution = osRelease;
        return this;
    }

    /// <summary>Read without root.</summary>
    public TestHost WithoutRoot()
    {
        _root = false;
        return this;
    }

    /// <summary>A file of the snapshot, by its name there: <c>sysctl.txt</c>, <c>audit/units.json</c>.</summary>
    public TestHost Text(string name, string text)
    {
        _snapshot = _snapshot.With(name, text);
        return this;
    }

    /// <summary>A file of the snapshot is missing, and why.</summary>
    public TestHost Lacks(string name, string reason)
    {
        _snapshot = (_snapshot with { Files = _snapshot.Files.Remove(name) }).Without(name, reason);
        return this;
    }

    /// <summary>A configuration file, by its path on the host.</summary>
    public TestHost Config(string path, string text) => Text(SnapshotNames.OfPath(path), text);

    /// <summary>A configuration file that could not be read.</summary>
    public TestHost Unreadable(string path) => Lacks(SnapshotNames.OfPath(path), $"it needs root to read {path}");

    /// <summary>Owner and mode of a file.</summary>
    public TestHost State(string path, int octalMode, uint uid = 0, uint gid = 0, string kind = "file", long size = 100, DateTimeOffset? modified = null, string? target = null)
    {
        _states.Add(new FileState(path, kind, Convert.ToInt32(octalMode.ToString(System.Globalization.CultureInfo.InvariantCulture), 8), uid, gid, size, modified ?? Now.AddDays(-30)) { Target = target });
        return this;
    }

    /// <summary>The rules, as <c>nft -a list ruleset</c> prints them.</summary>
    public TestHost Rules(string nft) => Text(SnapshotNames.NftText, nft);

    /// <summary>The listeners.</summary>
    public TestHost Listeners(params Listener[] listeners) => Text(SnapshotNames.Listeners, ListenersText.Write([.. listeners]));

    /// <summary>A listener for <see cref="Listeners"/>.</summary>
    public static Listener Socket(string protocol, string address, int port, string purpose, string program = "", string? device = null) => new()
    {
        Protocol = protocol,
        Number = protocol == "tcp" ? 6 : 17,
        Address = Address.Parse(address),
        Port = port,
        Purpose = purpose,
        Device = device,
        Inode = 1000 + (ulong)port,
        Processes = [new ListenerProcess(100 + port, program.Length > 0 ? program : purpose)],
    };

    /// <summary>The snapshot as it is now.</summary>
    public Snapshot Snapshot => _snapshot
        .With(SnapshotNames.OfPath("/etc/os-release"), _distribution)
        .With(SnapshotNames.FileStates, FileStatesText.Write(_states))
        .With(SnapshotNames.Meta, SnapshotMetaText.Write(new SnapshotMeta { Host = "kvm1", Root = _root, Taken = Now, Kernel = "6.1.0-18-amd64" }));

    /// <summary>The facts, under the built-in policy, or one whose YAML is given.</summary>
    public AuditFacts Facts(Profile profile = Profile.Isolated, HostPolicy? policy = null) =>
        new(HostFacts.Read(Snapshot), policy ?? DefaultPolicy.Read(), profile, Now);
}
