using System.Globalization;
using System.Text;
using Virtward.Core.Net;
using Virtward.Core.Snapshots;

namespace Virtward.Bench.Audit;

/// <summary>A snapshot of a busy host: 300 units, 900 packages, 50 guests that run, each with a VNC screen, 2,000 rules and a ban set of 20,000.</summary>
internal static class GeneratedHost
{
    private const int Units = 300;
    private const int Packages = 900;
    private const int Guests = 50;
    private const int Rules = 2_000;
    private const int Bans = 20_000;

    public static string Describe => string.Create(CultureInfo.InvariantCulture, $"{Units} units, {Packages} packages, {Guests} guests, {Rules:N0} rules, {Bans:N0} bans");

    public static Snapshot Make()
    {
        Snapshot snapshot = new Snapshot()
            .With(SnapshotNames.OfPath("/etc/os-release"), "ID=debian\nVERSION_ID=\"12\"\nPRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\n")
            .With(SnapshotNames.OfPath("/etc/ssh/sshd_config"), "Include /etc/ssh/sshd_config.d/*.conf\nPermitRootLogin yes\nPasswordAuthentication yes\n")
            .With(SnapshotNames.OfPath("/etc/libvirt/libvirtd.conf"), "listen_tcp = 1\nauth_tcp = \"none\"\n")
            .With(SnapshotNames.OfPath("/etc/passwd"), "root:x:0:0:root:/root:/bin/bash\n")
            .With(SnapshotNames.NftText, Ruleset())
            .With(SnapshotNames.Links, Links())
            .With(SnapshotNames.Addresses, """
                [{"ifindex":1,"ifname":"lo","addr_info":[{"family":"inet","local":"127.0.0.1","prefixlen":8}]},
                 {"ifindex":2,"ifname":"eth0","addr_info":[{"family":"inet","local":"203.0.113.10","prefixlen":24},{"family":"inet6","local":"2001:db8::10","prefixlen":64}]},
                 {"ifindex":3,"ifname":"eth1","addr_info":[{"family":"inet","local":"192.168.1.100","prefixlen":24}]},
                 {"ifindex":4,"ifname":"virbr0","addr_info":[{"family":"inet","local":"192.168.122.1","prefixlen":24}]}]
                """)
            .With(SnapshotNames.Routes, """
                [{"dst":"default","gateway":"203.0.113.1","dev":"eth0","table":"main"},{"dst":"203.0.113.0/24","dev":"eth0","table":"main"},
                 {"dst":"192.168.1.0/24","dev":"eth1","table":"main"},{"dst":"192.168.122.0/24","dev":"virbr0","table":"main"}]
                """)
            .With(SnapshotNames.Routes6, """[{"dst":"default","gateway":"2001:db8::1","dev":"eth0","table":"main"},{"dst":"2001:db8::/64","dev":"eth0","table":"main"}]""")
            .With(SnapshotNames.Rules, """[{"priority":0,"src":"all","table":"local"},{"priority":32766,"src":"all","table":"main"}]""")
            .With(SnapshotNames.Rules6, """[{"priority":0,"src":"all","table":"local"},{"priority":32766,"src":"all","table":"main"}]""")
            .With(SnapshotNames.BridgeLinks, "[]")
            .With(SnapshotNames.Sysctl, "net.ipv4.ip_forward = 1\nnet.ipv6.conf.all.forwarding = 0\n")
            .With(SnapshotNames.Listeners, ListenersText.Write([.. Sockets()]))
            .With(SnapshotNames.FileStates, FileStatesText.Write(Enumerable.Range(0, 2000).Select(static at =>
                new FileState($"/etc/file{at:0000}", "file", Convert.ToInt32("644", 8), 0, 0, 100, DateTimeOffset.UnixEpoch))))
            .With("audit/units.json", $"[{string.Join(',', Enumerable.Range(0, Units).Select(static at => $$"""{"unit":"unit{{at}}.service","load":"loaded","active":"active","sub":"running","description":"Unit {{at}}"}"""))}]")
            .With("audit/unit-files.json", $"[{string.Join(',', Enumerable.Range(0, Units).Select(static at => $$"""{"unit_file":"unit{{at}}.service","state":"enabled"}"""))}]")
            .With("audit/packages-dpkg.txt", string.Concat(Enumerable.Range(0, Packages).Select(static at => $"package{at}\t1.{at}\tamd64\tinstalled\n")))
            .With(SnapshotNames.Meta, SnapshotMetaText.Write(new SnapshotMeta { Host = "kvm1", Root = true, Taken = DateTimeOffset.UnixEpoch.AddYears(56) }));
        for (int guest = 0; guest < Guests; guest++)
        {
            snapshot = snapshot.With($"{SnapshotNames.Domains}guest{guest}.xml", Domain(guest)).With($"{SnapshotNames.RunningDomains}guest{guest}.xml", $"<domstatus state='running' pid='{5000 + guest}'>{Domain(guest)}</domstatus>");
        }

        return snapshot;
    }

    private static string Links()
    {
        var text = new StringBuilder("""
            [{"ifindex":1,"ifname":"lo","flags":["LOOPBACK","UP","LOWER_UP"],"link_type":"loopback"},
             {"ifindex":2,"ifname":"eth0","flags":["BROADCAST","UP","LOWER_UP"],"link_type":"ether","address":"52:54:00:00:00:02"},
             {"ifindex":3,"ifname":"eth1","flags":["BROADCAST","UP","LOWER_UP"],"link_type":"ether","address":"52:54:00:00:00:03"},
             {"ifindex":4,"ifname":"virbr0","flags":["BROADCAST","UP","LOWER_UP"],"link_type":"ether","address":"52:54:00:00:00:04","linkinfo":{"info_kind":"bridge"}}
            """);
        for (int guest = 0; guest < Guests; guest++)
        {
            text.Append(CultureInfo.InvariantCulture, $",{{\"ifindex\":{10 + guest},\"ifname\":\"vnet{guest}\",\"flags\":[\"BROADCAST\",\"UP\",\"LOWER_UP\"],\"link_type\":\"ether\",\"master\":\"virbr0\",\"linkinfo\":{{\"info_kind\":\"tun\",\"info_slave_kind\":\"bridge\"}}}}");
        }

        return text.Append(']').ToString();
    }

    private static IEnumerable<Listener> Sockets()
    {
        yield return Socket("tcp", "0.0.0.0", 22, "ssh", "sshd");
        yield return Socket("tcp", "0.0.0.0", 16509, "libvirt", "libvirtd");
        yield return Socket("udp", "192.168.122.1", 53, "dns", "dnsmasq");
        for (int guest = 0; guest < Guests; guest++)
        {
            yield return Socket("tcp", "0.0.0.0", 5900 + guest, "vnc", "qemu-system-x86") with { Guest = $"guest{guest}" };
        }
    }

    private static Listener Socket(string protocol, string address, int port, string purpose, string program) => new()
    {
        Protocol = protocol,
        Number = protocol == "tcp" ? 6 : 17,
        Address = Address.Parse(address),
        Port = port,
        Purpose = purpose,
        Inode = 10_000 + (ulong)port,
        Processes = [new ListenerProcess(port, program)],
    };

    private static string Domain(int guest) => $"""
        <domain type='kvm'><name>guest{guest}</name><uuid>00000000-0000-0000-0000-{guest:000000000000}</uuid><memory unit='KiB'>2097152</memory><vcpu>2</vcpu>
        <os><type arch='x86_64' machine='pc-q35-7.2'>hvm</type></os><devices><emulator>/usr/bin/qemu-system-x86_64</emulator>
        <disk type='file' device='disk'><driver name='qemu' type='qcow2'/><source file='/var/lib/libvirt/images/guest{guest}.qcow2'/><target dev='vda' bus='virtio'/></disk>
        <interface type='network'><mac address='52:54:00:01:00:{guest:x2}'/><source network='default' bridge='virbr0'/><target dev='vnet{guest}'/><model type='virtio'/></interface>
        <graphics type='vnc' port='{5900 + guest}' listen='0.0.0.0'><listen type='address' address='0.0.0.0'/></graphics></devices></domain>
        """;

    private static string Ruleset()
    {
        var random = new Random(1);
        var text = new StringBuilder("table inet filter {\n\tset banned {\n\t\ttype ipv4_addr\n\t\telements = { ");
        text.AppendJoin(", ", Enumerable.Range(0, Bans).Select(_ => Address.FromV4((uint)random.NextInt64(0x0b000000, 0xdf000000)).ToString()).Distinct());
        text.Append(" }\n\t}\n\tchain input {\n\t\ttype filter hook input priority filter; policy drop;\n\t\tct state established,related accept # handle 3\n\t\tiifname \"lo\" accept # handle 4\n\t\tip saddr @banned drop # handle 5\n");
        for (int at = 0; at < Rules; at++)
        {
            text.Append(CultureInfo.InvariantCulture, $"\t\tip saddr {Address.FromV4((uint)random.NextInt64(0x0b000000, 0xdf000000))} tcp dport {(at % 2 == 0 ? 22 : random.Next(1024, 60000))} {(at % 3 == 0 ? "drop" : "accept")} # handle {at + 10}\n");
        }

        return text.Append("\t\ttcp dport 5900-5949 accept # handle 9\n\t}\n}\n").ToString();
    }
}
