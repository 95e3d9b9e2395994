using Virtward.Core.Snapshots;
using Virtward.Hardening.Checks;
using Virtward.Hardening.Checks.Libvirt;
using Virtward.Hardening.Inventory.Hypervisor;
using Virtward.Hardening.Tests.Support;

namespace Virtward.Hardening.Tests.Checks.Libvirt;

public sealed class LibvirtGuestTests
{
    private const string Image = "/var/lib/libvirt/images/web1.qcow2";

    private const string Disk = $"<disk type='file' device='disk'><driver name='qemu' type='qcow2'/><source file='{Image}'/><target dev='vda' bus='virtio'/>"
        + "<iotune><total_iops_sec>1000</total_iops_sec></iotune></disk>";

    private const string Nic = "<interface type='network'><mac address='52:54:00:00:01:01'/><source network='default'/><target dev='vnet0'/><filterref filter='clean-traffic'/>"
        + "<bandwidth><inbound average='1000'/></bandwidth></interface>";

    private const string Vnc = "<graphics type='vnc' port='-1' autoport='yes' listen='127.0.0.1'><listen type='address' address='127.0.0.1'/></graphics>";
    private const string Limits = "<vcpu cpuset='2-3'>2</vcpu><memtune><hard_limit unit='KiB'>5242880</hard_limit></memtune>";

    private static TestHost Good(bool rhel = false) => LibvirtHost.Plain(rhel).Guest("web1", Disk + Nic + Vnc, Limits).Network()
        .Text("audit/image-states.txt", $"700 64055 64055 regular file\t{Image}\n711 0 0 directory\t/var/lib/libvirt/images\n")
        .Text(ImageQuestions.NameOf(Image), $$"""[{"filename":"{{Image}}","format":"qcow2"}]""");

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_guest_that_is_held_in_passes_all(bool rhel)
    {
        foreach (Check check in (Check[])[Lv04.Check, Lv05.Check, Lv06.Check, Lv08.Check, Lv09.Check, Lv10.Check, Lv11.Check, Lv13.Check, Lv14.Check, Lv16.Check])
        {
            Judged.Passes(check, Good(rhel).Text("audit/image-states.txt", $"600 0 0 regular file\t{Image}\n").Facts());
        }
    }

    [Fact]
    public void Checks_of_guests_have_no_meaning_without_guests()
    {
        foreach (Check check in (Check[])[Lv05.Check, Lv08.Check, Lv09.Check, Lv10.Check, Lv11.Check, Lv13.Check, Lv16.Check])
        {
            Judged.DoesNotApply(check, LibvirtHost.Plain().Facts());
            Judged.IsUnknown(check, LibvirtHost.Plain().Lacks(SnapshotNames.Libvirt, "it needs root to read /etc/libvirt/qemu").Facts());
        }
    }

    [Fact]
    public void A_guest_that_cannot_be_read_makes_the_rest_unknown() =>
        Judged.IsUnknown(Lv11.Check, Good().Lacks(SnapshotNames.Libvirt, "it needs root to read /run/libvirt/qemu").Facts());

    [Theory]
    [InlineData("<graphics type='vnc' listen='0.0.0.0'><listen type='address' address='0.0.0.0'/></graphics>", null)]
    [InlineData("<graphics type='vnc' listen='::'/>", null)]
    [InlineData("<graphics type='spice' autoport='yes'><listen type='address' address='192.168.1.100'/></graphics>", Severity.High)]
    [InlineData("<graphics type='vnc' websocket='5700' listen='127.0.0.1'/>", Severity.High)]
    [InlineData("<graphics type='vnc'><listen type='network' network='default'/></graphics>", Severity.High)]
    public void A_console_on_the_network_is_told(string graphics, Severity? severity)
    {
        Outcome outcome = Judged.Fails(Lv04.Check, LibvirtHost.Plain().Guest("web1", graphics).Facts(), "guest web1: console");
        Assert.Equal(severity, outcome.Findings[0].Severity);
    }

    [Theory]
    [InlineData("<graphics type='vnc'><listen type='socket' socket='/x'/></graphics>")]
    [InlineData("<graphics type='spice'><listen type='none'/></graphics>")]
    [InlineData("<graphics type='vnc' socket='/x'/>")]
    [InlineData("<graphics type='vnc' port='-1'/>")]
    [InlineData("<graphics type='egl-headless'/>")]
    [InlineData("<graphics type='vnc' listen='::1'/>")]
    public void A_console_that_is_not_on_the_network_is_fine(string graphics) => Judged.Passes(Lv04.Check, LibvirtHost.Plain().Guest("web1", graphics).Facts());

    [Fact]
    public void What_qemu_conf_says_holds_for_a_console_without_an_address()
    {
        TestHost host = LibvirtHost.Plain().Guest("web1", "<graphics type='vnc'/>").Config("/etc/libvirt/qemu.conf", "vnc_listen = \"0.0.0.0\"\n");
        Judged.Fails(Lv04.Check, host.Facts(), "vnc_listen", "guest web1: console");
        Judged.IsUnknown(Lv04.Check, LibvirtHost.Plain().Guest("web1", "<graphics type='vnc'/>").Unreadable("/etc/libvirt/qemu.conf").Facts());
    }

    [Fact]
    public void What_runs_counts_beside_what_is_stored_and_beside_libvirt()
    {
        TestHost host = LibvirtHost.Plain().Guest("web1", Vnc).Running("web1", "<graphics type='vnc' port='5900' listen='0.0.0.0'/>")
            .Listeners(TestHost.Socket("tcp", "0.0.0.0", 5900, "vnc", "qemu-system-x86") with { Guest = "web1" }, TestHost.Socket("tcp", "0.0.0.0", 5999, "vnc", "qemu-system-x86"));
        Judged.Fails(Lv04.Check, host.Facts(), "guest web1: console", "tcp 5999");
    }

    [Fact]
    public void What_is_mended_and_shut_until_the_next_start_is_weighed_by_that()
    {
        const string Old = "<graphics type='vnc' port='5900' listen='0.0.0.0'/>";
        Listener socket = TestHost.Socket("tcp", "0.0.0.0", 5900, "vnc", "qemu-system-x86") with { Guest = "web1" };
        TestHost open = LibvirtHost.Plain().Guest("web1", Vnc).Running("web1", Old).Listeners(socket);
        foreach (Check check in (Check[])[Lv04.Check, Lv05.Check])
        {
            Assert.Null(Judged.Fails(check, open.Facts(), "guest web1: console").Findings[0].Severity);
        }

        const string Shut = "table inet f {\n\tchain in {\n\t\ttype filter hook input priority filter; policy drop;\n\t\tiifname \"lo\" accept\n\t}\n}\n";
        TestHost shut = LibvirtHost.Plain().Guest("web1", Vnc).Running("web1", Old).Listeners(socket).Text(SnapshotNames.NftText, Shut);
        TestHost stored = LibvirtHost.Plain().Guest("web1", Old).Running("web1", Old).Listeners(socket).Text(SnapshotNames.NftText, Shut);
        foreach (Check check in (Check[])[Lv04.Check, Lv05.Check])
        {
            Finding waiting = Judged.Fails(check, shut.Facts(), "guest web1: console").Findings[0];
            Assert.Equal(Severity.Medium, waiting.Severity);
            Assert.EndsWith("it is mended and holds from the guest's next start, and nobody reaches it until then", waiting.What, StringComparison.Ordinal);
            Assert.Null(Judged.Fails(check, stored.Facts(), "guest web1: console").Findings[0].Severity);
        }
    }

    [Fact]
    public void A_console_on_the_network_needs_TLS_and_a_check_of_who_comes()
    {
        const string Open = "<graphics type='vnc' listen='192.168.1.100' passwd='(removed)'/>";
        Judged.Fails(Lv05.Check, LibvirtHost.Plain().Guest("web1", Open).Facts(), "guest web1: console");
        Judged.Fails(Lv05.Check, LibvirtHost.Plain().Guest("web1", Open).Config("/etc/libvirt/qemu.conf", "vnc_tls = 1\n").Facts(), "guest web1: console");
        Judged.Passes(Lv05.Check, LibvirtHost.Plain().Guest("web1", Open).Config("/etc/libvirt/qemu.conf", "vnc_tls = 1\nvnc_tls_x509_verify = 1\n").Facts());
        Judged.Fails(Lv05.Check, LibvirtHost.Plain().Guest("web1", "<graphics type='spice' listen='192.168.1.100' autoport='yes'/>").Facts(), "guest web1: console");
        Judged.Passes(Lv05.Check, LibvirtHost.Plain().Guest("web1", "<graphics type='spice' listen='192.168.1.100' tlsPort='5901' defaultMode='secure' passwd='x'/>").Facts());
        Judged.IsUnknown(Lv05.Check, LibvirtHost.Plain().Guest("web1", "<graphics type='vnc'/>").Unreadable("/etc/libvirt/qemu.conf").Facts());
        Judged.Passes(Lv05.Check, LibvirtHost.Plain().Guest("web1", Vnc).Unreadable("/etc/libvirt/qemu.conf").Facts());
    }

    [Theory]
    [InlineData("", "<qemu:commandline><qemu:arg value='-device'/><qemu:arg value='(removed)'/></qemu:commandline>", null)]
    [InlineData("", "<qemu:commandline><qemu:env/></qemu:commandline>", null)]
    [InlineData("<filesystem type='mount'><driver type='virtiofs'/><source dir='/srv/share'/><target dir='share'/></filesystem>", "", null)]
    [InlineData("<hostdev mode='subsystem' type='pci'><source><address domain='0x0000' bus='0x01' slot='0x00' function='0x0'/></source></hostdev>", "", Severity.Medium)]
    [InlineData("<disk type='block' device='disk'><driver type='raw'/><source dev='/dev/sda'/><target dev='vdb'/></disk>", "", Severity.Critical)]
    [InlineData("<disk type='file' device='disk'><driver type='qcow2' cache='unsafe'/><source file='/x'/><target dev='vdb'/></disk>", "", Severity.Medium)]
    [InlineData("<disk type='block' device='lun' rawio='yes'><driver type='raw'/><source dev='/dev/sdb'/><target dev='sdb'/></disk>", "", null)]
    public void What_is_the_hosts_own_is_told(string devices, string other, Severity? severity) =>
        Assert.Equal(severity, Judged.Fails(Lv08.Check, LibvirtHost.Plain().Guest("web1", devices, other).Facts(), "guest web1: host's own").Findings[0].Severity);

    [Fact]
    public void A_volume_of_its_own_is_no_disk_of_the_hosts()
    {
        const string Volume = "<disk type='block' device='disk'><driver type='raw'/><source dev='/dev/vg/web1'/><target dev='vda'/></disk>";
        Judged.Passes(Lv08.Check, LibvirtHost.Plain().Guest("web1", Volume).Facts());
        Judged.IsUnknown(Lv08.Check, LibvirtHost.Plain().Guest("web1", Volume).Lacks("root/proc/self/mounts", "no /proc").Facts());
    }

    [Fact]
    public void Images_that_are_open_probed_or_built_on_strangers_are_told()
    {
        TestHost host = Good().Text("audit/image-states.txt", $"644 0 0 regular file\t{Image}\n711 0 0 directory\t/var/lib/libvirt/images\n755 0 0 directory\t/var\n");
        Assert.Contains("everybody may read", Judged.Fails(Lv09.Check, host.Facts(), "guest web1: images").Findings[0].What, StringComparison.Ordinal);

        // Behind a closed directory the file's own mode lets nobody in.
        Judged.Passes(Lv09.Check, host.Text("audit/image-states.txt", $"644 0 0 regular file\t{Image}\n700 0 0 directory\t/var/lib/libvirt/images\n").Facts());
        Judged.Fails(Lv09.Check, Good().Text(ImageQuestions.NameOf(Image), $$"""[{"filename":"{{Image}}"},{"filename":"/etc/shadow"}]""").Facts(), "guest web1: images");
        Judged.Passes(Lv09.Check, Good().Config("/etc/libvirt/storage/data.xml", "<pool type='dir'><name>data</name><target><path>/data/vm</path></target></pool>")
            .Text(ImageQuestions.NameOf(Image), $$"""[{"filename":"{{Image}}"},{"filename":"/data/vm/base.qcow2"}]""").Facts());
        Judged.Fails(Lv09.Check, Good().Guest("web1", "<disk type='file'><source file='/home/ada/x.img'/><target dev='vda'/></disk>").Facts(), "guest web1: images");
        Judged.Fails(Lv09.Check, Good().Text(ImageQuestions.NameOf(Image), $$"""[{"filename":"{{Image}}","backing-filename":"b"},{"filename":"/var/lib/libvirt/images/b"}]""").Facts(), "guest web1: images");
        Judged.Passes(Lv09.Check, Good().Text(ImageQuestions.NameOf(Image), $$"""[{"filename":"{{Image}}","backing-filename":"b","backing-filename-format":"qcow2"},{"filename":"/var/lib/libvirt/images/b"}]""").Facts());
        Judged.IsUnknown(Lv09.Check, Good().Lacks("audit/image-states.txt", "stat is not installed").Facts());
        Judged.IsUnknown(Lv09.Check, Good().Lacks(ImageQuestions.NameOf(Image), "qemu-img is not installed").Facts());
    }

    [Theory]
    [InlineData("<interface type='bridge'><source bridge='br0'/></interface>", "no filter")]
    [InlineData("<interface type='network' trustGuestRxFilters='yes'><source network='default'/><filterref filter='clean-traffic'/></interface>", "trustGuestRxFilters")]
    [InlineData("<interface type='direct'><source dev='eth0' mode='passthrough'/></interface>", "passthrough")]
    [InlineData("<interface type='network'><source network='default'/><filterref filter='mine'/></interface>", "not known")]
    [InlineData("<interface type='network'><source network='default'/><filterref filter='half'/></interface>", "lacks no-ip-spoofing")]
    [InlineData("<interface type='network'><source network='default'/><filterref filter='tagged'/></interface>", "VLAN tag")]
    public void An_interface_that_can_lie_is_told(string nic, string what)
    {
        TestHost host = LibvirtHost.Plain().Guest("web1", nic)
            .Config("/etc/libvirt/nwfilter/half.xml", "<filter name='half'><filterref filter='no-mac-spoofing'/><filterref filter='half'/></filter>")
            .Config("/etc/libvirt/nwfilter/tagged.xml", "<filter name='tagged'><filterref filter='no-mac-spoofing'/><filterref filter='no-ip-spoofing'/><filterref filter='no-arp-spoofing'/></filter>");
        Assert.Contains(what, Judged.Fails(Lv10.Check, host.Facts(), "guest web1: interfaces").Findings[0].What, StringComparison.Ordinal);
        Judged.DoesNotApply(Lv10.Check, host.Facts(Profile.Lab));
    }

    [Fact]
    public void Guests_on_one_network_must_be_isolated_from_one_another()
    {
        TestHost host = Good().Guest("web2", Nic);
        Judged.Fails(Lv10.Check, host.Facts(), "guest web1: interfaces", "guest web2: interfaces");
        Judged.Passes(Lv10.Check, host.Network(dns: "<port isolated='yes'/>").Facts());
        string isolated = Nic.Replace("<target", "<port isolated='yes'/><target", StringComparison.Ordinal);
        Judged.Passes(Lv10.Check, Good().Guest("web1", isolated).Guest("web2", isolated).Facts());
    }

    [Fact]
    public void A_guest_without_limits_is_told_and_defaults_limit_nothing()
    {
        TestHost host = LibvirtHost.Plain().Guest("web1", "<disk type='file'><driver type='raw'/><source file='/x'/><target dev='vda'/></disk><interface type='network'><source network='default'/></interface>",
            "<vcpu>2</vcpu><cputune><shares>1024</shares><quota>-1</quota></cputune>");
        string what = Judged.Fails(Lv11.Check, host.Facts(), "guest web1: limits").Findings[0].What;
        Assert.Contains("quota -1, shares 1024 limits nothing", what, StringComparison.Ordinal);
        Assert.Contains("memory", what, StringComparison.Ordinal);
        Judged.DoesNotApply(Lv11.Check, host.Facts(Profile.Lab));
    }

    [Fact]
    public void Migration_ports_that_strangers_reach_are_told()
    {
        Finding open = Judged.Fails(Lv12.Check, LibvirtHost.Plain().Rules("").Facts(), "migration ports", "migrate_tls_force", "migration_address").Findings[0];
        Assert.Equal(Severity.Medium, open.Severity);
        Assert.Contains("no migration listens now", open.What, StringComparison.Ordinal);
        Finding now = Judged.Fails(
            Lv12.Check, LibvirtHost.Plain().Rules("").Listeners(TestHost.Socket("tcp", "0.0.0.0", 49152, "", "qemu-system-x86")).Facts(), "migration ports", "migrate_tls_force", "migration_address").Findings[0];
        Assert.Null(now.Severity);
        Assert.DoesNotContain("no migration listens now", now.What, StringComparison.Ordinal);
        Judged.Passes(Lv12.Check, LibvirtHost.Plain().Rules("table inet f {\n chain i {\n type filter hook input priority 0; policy drop;\n tcp dport 22 accept\n }\n}\n").Facts());
        TestHost managed = LibvirtHost.Plain().Rules("table inet f {\n chain i {\n type filter hook input priority 0; policy drop;\n iifname \"eth1\" ip saddr 192.168.1.0/24 accept\n }\n}\n");
        Judged.Fails(Lv12.Check, managed.Facts(), "migrate_tls_force", "migration_address");
        Judged.Passes(Lv12.Check, managed.Config("/etc/libvirt/qemu.conf", "migrate_tls_force = 1\n").Facts());
        Judged.IsUnknown(Lv12.Check, LibvirtHost.Plain().Lacks("nft.txt", "it needs root").Facts());
    }

    [Theory]
    [InlineData("<serial type='tcp'><source mode='bind' host='0.0.0.0' service='4555'/></serial>", Severity.High)]
    [InlineData("<redirdev bus='usb' type='spicevmc'/>", null)]
    [InlineData("<graphics type='spice'><listen type='none'/></graphics>", null)]
    public void Channels_that_a_guest_does_not_need_are_told(string devices, Severity? severity) =>
        Assert.Equal(severity, Judged.Fails(Lv13.Check, LibvirtHost.Plain().Guest("web1", devices).Facts(), "guest web1: channels").Findings[0].Severity);

    [Fact]
    public void Quiet_channels_are_fine_and_a_monitor_on_the_network_is_not()
    {
        TestHost host = LibvirtHost.Plain().Guest("web1", "<serial type='pty'/><channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0'/></channel><serial type='tcp'><source mode='bind' host='127.0.0.1' service='1'/></serial>"
            + "<graphics type='spice' listen='127.0.0.1'><clipboard copypaste='no'/><filetransfer enable='no'/></graphics>");
        Judged.Passes(Lv13.Check, host.Facts());
        Judged.Fails(Lv13.Check, host.Listeners(TestHost.Socket("tcp", "0.0.0.0", 4444, "monitor", "qemu-system-x86")).Facts(), "tcp 4444");
        Judged.IsUnknown(Lv13.Check, LibvirtHost.Plain().Guest("web1").Lacks("listeners.json", "it needs root").Facts());
        Judged.Passes(Lv13.Check, LibvirtHost.Plain().Guest("web1", "<redirdev bus='usb' type='spicevmc'/>").Facts(Profile.Lab));
    }

    [Fact]
    public void Networks_that_nobody_uses_or_that_overlap_are_told()
    {
        Judged.Fails(Lv14.Check, LibvirtHost.Plain().Network().Facts(), "network default: unused");
        Judged.Passes(Lv14.Check, LibvirtHost.Plain().Network(active: false).Facts());
        Judged.Fails(Lv14.Check, LibvirtHost.Plain().Network(active: false).State("/etc/libvirt/qemu/networks/autostart/default.xml", 777, kind: "link").Facts(), "network default: unused");
        Judged.Fails(Lv14.Check, Good().Network(ip: "<ip address='192.168.1.1' netmask='255.255.255.0'/>").Facts(), "network default: overlap");
        Judged.Fails(Lv14.Check, Good().Network(forward: "<forward mode='open'/>").Facts(), "network default: open");
        Judged.DoesNotApply(Lv14.Check, LibvirtHost.Plain().Facts());
        Judged.IsUnknown(Lv14.Check, LibvirtHost.Plain().Lacks(SnapshotNames.Libvirt, "it needs root").Facts());
    }

    [Fact]
    public void Rules_of_libvirts_must_be_there_and_of_one_kind()
    {
        const string Nft = "table ip libvirt_network {\n chain forward {\n type filter hook forward priority 0; policy accept;\n }\n}\n";
        TestHost host = LibvirtHost.Plain().Network();
        Judged.Passes(Lv15.Check, host.Rules(Nft).Facts());
        Judged.Fails(Lv15.Check, host.Rules("").Facts(), "no rules");
        Judged.Passes(Lv15.Check, host.Rules("table ip filter {\n chain LIBVIRT_FWI {\n }\n}\n").Facts());
        Judged.Fails(Lv15.Check, host.Rules(Nft + "table ip filter {\n chain LIBVIRT_FWI {\n }\n}\n").Facts(), "both kinds");
        Judged.Fails(Lv15.Check, host.Rules(Nft).Config("/etc/libvirt/network.conf", "firewall_backend = \"iptables\"\n").Facts(), "firewall_backend");
        Judged.DoesNotApply(Lv15.Check, LibvirtHost.Plain().Facts());
        Judged.IsUnknown(Lv15.Check, LibvirtHost.Plain().Network().Lacks("nft.txt", "it needs root").Facts());
    }

    [Fact]
    public void With_nftables_guests_may_be_cut_off_from_DHCP()
    {
        TestHost host = LibvirtHost.Plain().Network().Listeners(TestHost.Socket("udp", "0.0.0.0", 67, "dhcp", "dnsmasq", "virbr0"))
            .Rules("table ip libvirt_network {\n}\ntable inet f {\n chain i {\n type filter hook input priority 0; policy drop;\n tcp dport 22 accept\n }\n}\n");
        Judged.Fails(Lv15.Check, host.Facts(), "network default: DHCP");
    }

    [Theory]
    [InlineData("", "oldest")]
    [InlineData("<cpu mode='custom'><model>kvm64</model></cpu>", "kvm64")]
    [InlineData("<cpu><model>Skylake-Server</model></cpu>", "without spec-ctrl")]
    public void A_CPU_that_hides_the_mitigations_is_told(string cpu, string what) =>
        Assert.Contains(what, Judged.Fails(Lv16.Check, LibvirtHost.Plain().Guest("web1", cpu: cpu).Facts(), "guest web1: CPU and devices").Findings[0].What, StringComparison.Ordinal);

    [Theory]
    [InlineData("<cpu mode='host-passthrough'/>")]
    [InlineData("<cpu mode='custom'><model>Skylake-Server-IBRS</model></cpu>")]
    [InlineData("<cpu mode='custom'><model>EPYC-v3</model></cpu>")]
    [InlineData("<cpu mode='custom'><model>Haswell</model><feature policy='require' name='spec-ctrl'/></cpu>")]
    public void A_CPU_that_shows_them_is_fine(string cpu) => Judged.Passes(Lv16.Check, LibvirtHost.Plain().Guest("web1", cpu: cpu).Facts());

    [Fact]
    public void Old_devices_are_told() => Judged.Fails(
        Lv16.Check, LibvirtHost.Plain().Guest("web1", "<disk type='file' device='floppy'><target dev='fda'/></disk><sound model='ich6'/>").Facts(), "guest web1: CPU and devices");

    [Fact]
    public void Many_guests_with_much_wrong_make_short_sentences()
    {
        TestHost host = LibvirtHost.Plain();
        for (int i = 0; i < 60; i++)
        {
            host.Guest($"g{i}", string.Concat(Enumerable.Range(0, 50).Select(static n => $"<hostdev mode='subsystem' type='usb'><source><vendor id='0x{n:x4}'/></source></hostdev>")));
        }

        Outcome outcome = Lv08.Check.Judge(host.Facts());
        Assert.Equal(60, outcome.Findings.Length);
        Assert.All(outcome.Findings, static finding => Assert.True(finding.What.Length < 600));
    }
}
