using Virtward.Core.Snapshots;
using Virtward.Hardening.Checks;
using Virtward.Hardening.Checks.Kernel;
using Virtward.Hardening.Tests.Support;
using static Virtward.Hardening.Tests.Support.KernelTexts;

namespace Virtward.Hardening.Tests.Checks.Kernel;

public sealed class KernelChecksTests
{
    private const string Vulnerabilities = "/sys/devices/system/cpu/vulnerabilities/";

    [Fact]
    public void A_hardened_host_passes()
    {
        foreach (Check check in KernelChecks.All.Where(static check => check.Id is not ("SYS-11" or "SYS-12" or "SYS-13")))
        {
            Judged.Passes(check, Hardened().Facts());
        }

        Judged.Passes(Sys11.Check, Hardened().State("/usr/lib/modules/6.1.0-18-amd64", 755, kind: "directory").Facts());
        Judged.Passes(Sys12.Check, Hardened().Config(Vulnerabilities + "meltdown", "Mitigation: PTI\n").Config("/sys/kernel/mm/ksm/run", "0\n").Facts());
        Judged.DoesNotApply(Sys13.Check, Hardened().Facts());
    }

    [Fact]
    public void What_was_not_read_is_unknown()
    {
        foreach (Check check in KernelChecks.All.Take(10))
        {
            Judged.IsUnknown(check, new TestHost().Lacks(SnapshotNames.Sysctl, "it needs root").Facts());
        }

        foreach (Check check in new[] { Sys01.Check, Sys02.Check, Sys03.Check, Sys04.Check, Sys06.Check, Sys07.Check, Sys08.Check, Sys09.Check, Sys10.Check })
        {
            Judged.IsUnknown(check, new TestHost().Facts());
        }

        Judged.IsUnknown(Sys12.Check, new TestHost().Facts());
        Judged.IsUnknown(Sys11.Check, new TestHost().Facts());
    }

    [Fact]
    public void The_larger_of_both_counts_for_rp_filter()
    {
        Judged.Passes(Sys01.Check, Hardened("net.ipv4.conf.all.rp_filter = 0").Facts());
        Judged.Passes(Sys01.Check, Hardened("net.ipv4.conf.eth0.rp_filter = 0").Facts());
        Finding finding = Judged.Fails(Sys01.Check, Hardened("net.ipv4.conf.all.rp_filter = 0", "net.ipv4.conf.eth0.rp_filter = 0").Facts(), "net.ipv4.conf.*.rp_filter").Findings[0];
        Assert.Contains(finding.Evidence, static one => one.Where == "net.ipv4.conf.eth0.rp_filter");
        Assert.Equal(Severity.Low, Judged.Fails(Sys01.Check, Hardened("net.ipv4.conf.eth0.rp_filter = 2").Facts(), "net.ipv4.conf.*.rp_filter").Findings[0].Severity);
    }

    [Fact]
    public void With_several_ways_out_the_loose_form_is_asked_for()
    {
        const string TwoWays = """[{"dst":"default","gateway":"203.0.113.1","dev":"eth0","table":"main"},{"dst":"default","gateway":"192.168.1.1","dev":"eth1","table":"main","metric":200}]""";
        string[] loose = ["net.ipv4.conf.all.rp_filter = 2"];
        Judged.Passes(Sys01.Check, Hardened(loose).Text(SnapshotNames.Routes, TwoWays).Facts());
        Judged.Fails(Sys01.Check, Hardened().Text(SnapshotNames.Routes, TwoWays).Facts(), "net.ipv4.conf.*.rp_filter");
    }

    [Fact]
    public void The_file_that_wins_at_boot_and_the_one_that_loses_are_named()
    {
        TestHost host = Hardened("net.ipv4.tcp_syncookies = 0").Config("/etc/sysctl.d/10-a.conf", "net.ipv4.tcp_syncookies = 1\n").Config("/etc/sysctl.d/99-zz.conf", "net.ipv4.tcp_syncookies = 0\n");
        Finding finding = Judged.Fails(Sys06.Check, host.Facts(), "net.ipv4.tcp_syncookies").Findings[0];
        Assert.Contains(finding.Evidence, static one => one.Where == "/etc/sysctl.d/99-zz.conf" && one.Text.Contains("wins", StringComparison.Ordinal));
        Assert.Contains(finding.Evidence, static one => one.Where == "/etc/sysctl.d/10-a.conf" && one.Text.Contains("loses", StringComparison.Ordinal));
        Assert.Contains(finding.Remedy.Steps, static step => step.StartsWith("# /etc/sysctl.d/99-zz.conf:1: take out", StringComparison.Ordinal));
        Assert.Contains("sysctl -w net.ipv4.tcp_syncookies=0", finding.Remedy.Undo, StringComparison.Ordinal);
        Judged.Fails(Sys06.Check, Hardened().Config("/etc/sysctl.d/99-zz.conf", "net.ipv4.tcp_syncookies = 0\n").Facts(), "net.ipv4.tcp_syncookies");
        Finding old = Judged.Fails(Sys06.Check, Hardened("net.ipv4.tcp_syncookies = 0").Config("/etc/sysctl.conf", "net.ipv4.tcp_syncookies=1\n").Facts(), "net.ipv4.tcp_syncookies").Findings[0];
        Assert.Contains(old.Evidence, static one => one.Where == "/etc/sysctl.conf" && one.Text.Contains("not read at boot", StringComparison.Ordinal));
    }

    [Fact]
    public void Redirects_are_judged_as_the_kernel_reads_them()
    {
        Judged.Passes(Sys02.Check, Hardened("net.ipv4.conf.eth0.accept_redirects = 1").Facts());
        Judged.Fails(Sys02.Check, Hardened("net.ipv4.conf.eth0.accept_redirects = 1", "net.ipv4.conf.eth0.forwarding = 0").Facts(), "net.ipv4.conf.*.accept_redirects");
        Judged.Fails(Sys02.Check, Hardened("net.ipv4.conf.eth0.accept_redirects = 1", "net.ipv4.conf.all.accept_redirects = 1").Facts(), "net.ipv4.conf.*.accept_redirects");
        Judged.Fails(Sys02.Check, Hardened("net.ipv6.conf.eth0.accept_redirects = 1", "net.ipv6.conf.default.accept_redirects = 1").Facts(), "net.ipv6.conf.*.accept_redirects", "net.ipv6.conf.default.accept_redirects");
        Judged.Passes(Sys02.Check, Hardened("net.ipv6.conf.eth0.accept_redirects = 1", "net.ipv6.conf.eth0.disable_ipv6 = 1").Facts());
        Assert.Equal(Severity.Low, Judged.Fails(Sys02.Check, Hardened("net.ipv6.conf.eth0.accept_redirects = 1", "net.ipv6.conf.eth0.forwarding = 1").Facts(), "net.ipv6.conf.*.accept_redirects").Findings[0].Severity);
        Judged.IsUnknown(Sys02.Check, Hardened("net.ipv4.conf.eth1.accept_redirects").Facts());
    }

    [Fact]
    public void Source_routes_need_both_and_sent_redirects_only_one()
    {
        Judged.Passes(Sys03.Check, Hardened("net.ipv4.conf.eth0.accept_source_route = 1").Facts());
        Judged.Fails(Sys03.Check, Hardened("net.ipv4.conf.eth0.accept_source_route = 1", "net.ipv4.conf.all.accept_source_route = 1").Facts(), "net.ipv4.conf.*.accept_source_route");
        Judged.Fails(Sys03.Check, Hardened("net.ipv4.conf.virbr0.send_redirects = 1").Facts(), "net.ipv4.conf.*.send_redirects");
        Judged.Fails(Sys03.Check, Hardened("net.ipv4.conf.default.send_redirects = 1").Facts(), "net.ipv4.conf.*.send_redirects");
        Judged.Passes(Sys03.Check, Hardened("net.ipv6.conf.eth0.accept_source_route = 1").Facts());
    }

    [Fact]
    public void Only_the_interface_to_the_internet_must_log()
    {
        Judged.Fails(Sys04.Check, Hardened("net.ipv4.conf.eth0.log_martians = 0").Facts(), "net.ipv4.conf.*.log_martians");
        Judged.Passes(Sys04.Check, Hardened("net.ipv4.conf.eth0.log_martians = 0", "net.ipv4.conf.all.log_martians = 1").Facts());
    }

    [Fact]
    public void Forwarding_needs_somebody_who_needs_it()
    {
        TestHost Without(params string[] lines) => Hardened(lines)
            .Text(SnapshotNames.Links, """[{"ifindex":2,"ifname":"eth0","flags":["BROADCAST","UP","LOWER_UP"],"operstate":"UP","link_type":"ether"}]""")
            .Text(SnapshotNames.Addresses, """[{"ifindex":2,"ifname":"eth0","addr_info":[{"family":"inet","local":"203.0.113.10","prefixlen":24,"scope":"global"}]}]""")
            .Text(SnapshotNames.Routes, """[{"dst":"default","gateway":"203.0.113.1","dev":"eth0","table":"main"}]""");
        Judged.Passes(Sys05.Check, Hardened().Facts());
        Judged.Fails(Sys05.Check, Without().Facts(), "net.ipv4.ip_forward");
        Judged.Passes(Sys05.Check, Without("net.ipv4.ip_forward = 0", "net.ipv4.conf.eth0.forwarding = 0").Facts());
        Judged.Fails(Sys05.Check, Without("net.ipv4.ip_forward = 0").Facts(), "net.ipv4.conf.*.forwarding");
        Judged.Fails(Sys05.Check, Hardened("net.ipv6.conf.all.forwarding = 1").Facts(), "net.ipv6.conf.all.forwarding");
    }

    [Fact]
    public void Arp_and_loopback_stay_inside()
    {
        Judged.Fails(Sys07.Check, Hardened("net.ipv4.conf.eth0.route_localnet = 1").Facts(), "net.ipv4.conf.*.route_localnet");
        Judged.Passes(Sys07.Check, Hardened("net.ipv4.conf.all.arp_ignore = 0", "net.ipv4.conf.all.arp_announce = 0").Facts());
        Judged.Fails(Sys07.Check, Hardened("net.ipv4.conf.all.arp_ignore = 0", "net.ipv4.conf.virbr0.arp_ignore = 0", "net.ipv4.conf.all.arp_announce = 0", "net.ipv4.conf.eth0.arp_announce = 0").Facts(),
            "net.ipv4.conf.*.arp_ignore", "net.ipv4.conf.*.arp_announce");
    }

    [Fact]
    public void Router_advertisements_are_judged_by_where_addresses_come_from()
    {
        Judged.Fails(Sys08.Check, Hardened("net.ipv6.conf.eth0.accept_ra = 1").Facts(), "net.ipv6.conf.*.accept_ra (uplinks)");
        Judged.Passes(Sys08.Check, Hardened("net.ipv6.conf.eth0.accept_ra = 1", "net.ipv6.conf.eth0.forwarding = 1").Facts());
        Judged.Fails(Sys08.Check, Hardened("net.ipv6.conf.virbr0.accept_ra = 2").Facts(), "net.ipv6.conf.*.accept_ra");
        Judged.Passes(Sys08.Check, Hardened("net.ipv6.conf.virbr0.accept_ra = 2", "net.ipv6.conf.virbr0.disable_ipv6 = 1").Facts());
        TestHost given = Hardened("net.ipv6.conf.eth0.accept_ra = 1")
            .Text(SnapshotNames.Addresses, """[{"ifindex":2,"ifname":"eth0","addr_info":[{"family":"inet6","local":"2001:db8::10","prefixlen":64,"scope":"global","dynamic":true}]}]""");
        Judged.Passes(Sys08.Check, given.Facts());
        string none = string.Join('\n', Sysctls().Split('\n').Where(static line => !line.StartsWith("net.ipv6", StringComparison.Ordinal)));
        Judged.DoesNotApply(Sys08.Check, new TestHost().Text(SnapshotNames.Sysctl, none).Facts());
    }

    [Fact]
    public void Doors_of_local_attacks_are_judged_by_the_family_and_by_what_the_kernel_has()
    {
        Judged.Fails(Sys09.Check, Hardened("kernel.perf_event_paranoid = 2").Facts(), "kernel.perf_event_paranoid");
        Judged.Passes(Sys09.Check, Hardened("kernel.perf_event_paranoid = 2").OnRhel().Facts());
        Judged.Passes(Sys09.Check, Hardened("kernel.yama.ptrace_scope", "kernel.sysrq", "kernel.kexec_load_disabled").Facts());
        Judged.IsUnknown(Sys09.Check, Hardened("kernel.kptr_restrict").Facts());
        Judged.Fails(Sys09.Check, Hardened("kernel.kexec_load_disabled = 0", "kernel.io_uring_disabled = 0", "kernel.sysrq = 438").Facts(), "kernel.kexec_load_disabled", "kernel.io_uring_disabled", "kernel.sysrq");
        Judged.Passes(Sys09.Check, Hardened("kernel.kexec_load_disabled = 0", "kernel.io_uring_disabled = 0").Config("/proc/cmdline", "ro crashkernel=256M\n")
            .Text("libvirt/domain-a.xml", "<domain><driver name='qemu' io='io_uring'/></domain>").Facts());
    }

    [Fact]
    public void Planted_files_and_cores_are_found()
    {
        Judged.Fails(Sys10.Check, Hardened("fs.protected_fifos = 1", "fs.suid_dumpable = 2").Facts(), "fs.protected_fifos", "fs.suid_dumpable");
        Judged.Passes(Sys10.Check, Hardened("fs.protected_fifos").Facts());
    }

    [Fact]
    public void Protocols_that_can_be_loaded_are_found()
    {
        const string Tree = "/usr/lib/modules/6.1.0-18-amd64";
        TestHost With() => Hardened().State(Tree, 755, kind: "directory").State($"{Tree}/kernel/net/sctp", 755, kind: "directory").State($"{Tree}/kernel/net/tipc", 755, kind: "directory");
        Judged.Fails(Sys11.Check, With().Facts(), "sctp", "tipc");
        Judged.Passes(Sys11.Check, With().Config("/etc/modprobe.d/sctp-blacklist.conf", "blacklist sctp\n").Config("/etc/modprobe.d/x.conf", "install\ttipc /usr/bin/false\n").Facts());
        Judged.Fails(Sys11.Check, With().Config("/etc/modprobe.d/x.conf", "blacklist sctp\ninstall tipc /bin/true\n").Config("/proc/modules", "sctp 400000 0 - Live 0x0\n").Facts(), "sctp");
        Judged.Passes(Sys11.Check, Hardened().State(Tree, 755, kind: "directory").Config("/proc/modules", "sctp 400000 2 - Live 0x0\n").Listeners(TestHost.Socket("sctp", "192.168.1.100", 3868, "diameter")).Facts());
        Judged.IsUnknown(Sys11.Check, Hardened().Config("/etc/modprobe.d/x.conf", "blacklist sctp\n").Facts());
        Judged.DoesNotApply(Sys11.Check, Hardened().Config("/proc/cmdline", "ro quiet\n").Facts());
        Judged.IsUnknown(Sys11.Check, Hardened().Config("/proc/cmdline", "ro quiet\n").Unreadable("/proc/modules").Facts());
    }

    [Theory]
    [InlineData("l1tf", "Mitigation: PTE Inversion; VMX: conditional cache flushes, SMT disabled", null)]
    [InlineData("l1tf", "Mitigation: PTE Inversion; VMX: vulnerable, SMT vulnerable", Severity.High)]
    [InlineData("mds", "Mitigation: Clear CPU buffers; SMT vulnerable", Severity.Medium)]
    [InlineData("spec_rstack_overflow", "Vulnerable: Safe RET, no microcode", Severity.High)]
    [InlineData("itlb_multihit", "KVM: Mitigation: VMX disabled", null)]
    [InlineData("itlb_multihit", "KVM: Vulnerable", Severity.High)]
    [InlineData("mmio_stale_data", "Unknown: No mitigations", Severity.Medium)]
    [InlineData("spectre_v2", "Mitigation: Retpolines; STIBP: disabled; RSB filling; PBRSB-eIBRS: Not affected; BHI: Not affected", null)]
    [InlineData("tsa", "Not affected", null)]
    public void Holes_of_the_processor_are_judged_by_what_the_kernel_says(string name, string text, Severity? severity)
    {
        var facts = Hardened().Config(Vulnerabilities + name, text + "\n").Facts();
        if (severity is null)
        {
            Judged.Passes(Sys12.Check, facts);
        }
        else
        {
            Outcome outcome = Judged.Fails(Sys12.Check, facts, name);
            Assert.Equal(severity, outcome.Findings[0].Severity ?? Sys12.Check.Severity);
        }
    }

    [Fact]
    public void Sharing_between_guests_is_found()
    {
        TestHost host = Hardened().Config(Vulnerabilities + "meltdown", "Not affected").Config("/sys/kernel/mm/ksm/run", "1\n").Config("/sys/module/kvm_intel/parameters/nested", "Y\n")
            .Config("/proc/cmdline", "ro mitigations=off\n");
        Judged.Fails(Sys12.Check, host.Facts(), "KSM", "nested virtualisation", "mitigations");
        Judged.Passes(Sys12.Check, Hardened().Config(Vulnerabilities + "meltdown", "Not affected").Config("/sys/module/kvm_amd/parameters/nested", "0\n").Config("/proc/cmdline", "mitigations=auto,nosmt").Facts());
    }

    [Fact]
    public void Handed_over_devices_need_an_iommu()
    {
        TestHost With() => Hardened().Text("libvirt/domain-gpu.xml", "<domain type='kvm'><name>gpu</name><devices><hostdev mode='subsystem' type='pci' managed='yes'><source/></hostdev></devices></domain>");
        Judged.Fails(Sys13.Check, With().Facts(), "IOMMU");
        Judged.Passes(Sys13.Check, With().State("/sys/kernel/iommu_groups/0", 755, kind: "directory").Config("/sys/module/vfio_iommu_type1/parameters/allow_unsafe_interrupts", "N\n").Facts());
        Judged.Fails(Sys13.Check, With().State("/sys/kernel/iommu_groups/0", 755, kind: "directory").Config("/sys/module/vfio_iommu_type1/parameters/allow_unsafe_interrupts", "Y\n").Facts(), "allow_unsafe_interrupts");
        Judged.DoesNotApply(Sys13.Check, Hardened().Text("libvirt/domain-a.xml", "<domain><hostdev mode='subsystem' type='usb'/></domain>").Facts());
        Judged.IsUnknown(Sys13.Check, Hardened().Lacks("libvirt/domain-a.xml", "it needs root").Facts());
        Judged.DoesNotApply(Sys13.Check, Hardened().Text("libvirt/domain-a.xml", "<domain/>").Lacks("libvirt/agent-a.txt", "error: Failed to query for interfaces addresses").Facts());
    }

    [Fact]
    public void Garbage_breaks_no_check()
    {
        string garbage = "\0\u0001= = =\n" + new string('<', 200_000) + "\n" + string.Concat(Enumerable.Repeat("<hostdev ", 50_000));
        TestHost host = new TestHost().Text(SnapshotNames.Sysctl, garbage + "\nnet.ipv4.ip_forward = yes\n").Config(Vulnerabilities + "x", garbage).Config("/proc/modules", garbage).Config("/proc/cmdline", garbage)
            .Config("/etc/modprobe.d/x.conf", garbage).Config("/etc/sysctl.d/x.conf", garbage).Text("libvirt/domain-x.xml", garbage).Text(SnapshotNames.Addresses, garbage);
        foreach (Check check in KernelChecks.All)
        {
            _ = check.Judge(host.Facts());
        }
    }
}
