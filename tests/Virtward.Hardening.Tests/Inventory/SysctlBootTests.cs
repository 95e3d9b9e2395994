using Virtward.Core.Snapshots;
using Virtward.Hardening.Inventory.Kernel;
using Virtward.Hardening.Tests.Support;

namespace Virtward.Hardening.Tests.Inventory;

public sealed class SysctlBootTests
{
    private static string[] Of(TestHost host, string key) => [.. SysctlBoot.Read(host.Snapshot).Of(key).Select(static line => $"{line.Path}:{line.Number} {line.Value}")];

    [Fact]
    public void Files_are_read_by_name_over_all_directories_and_the_last_line_wins()
    {
        TestHost host = new TestHost()
            .Config("/usr/lib/sysctl.d/50-default.conf", "# c\nkernel.sysrq = 16\n")
            .Config("/run/sysctl.d/60-x.conf", "kernel/sysrq=1")
            .Config("/etc/sysctl.d/10-y.conf", "kernel.sysrq = 0\n");
        Assert.Equal(["/run/sysctl.d/60-x.conf:1 1", "/usr/lib/sysctl.d/50-default.conf:2 16", "/etc/sysctl.d/10-y.conf:1 0"], Of(host, "kernel.sysrq"));
    }

    [Fact]
    public void A_file_of_etc_hides_one_of_the_same_name_also_as_a_link_to_nowhere()
    {
        TestHost host = new TestHost()
            .Config("/usr/lib/sysctl.d/50-default.conf", "kernel.sysrq = 16\n").Config("/etc/sysctl.d/50-default.conf", "kernel.sysrq = 0\n")
            .Config("/usr/lib/sysctl.d/99-a.conf", "kernel.sysrq = 438\n").State("/etc/sysctl.d/99-a.conf", 777, kind: "link", target: "/dev/null");
        Assert.Equal(["/etc/sysctl.d/50-default.conf:1 0"], Of(host, "kernel.sysrq"));
    }

    [Fact]
    public void Wildcards_hold_where_no_line_names_the_setting()
    {
        TestHost host = new TestHost().Config("/usr/lib/sysctl.d/50-default.conf", """
            net.ipv4.conf.default.rp_filter = 2
            net.ipv4.conf.*.rp_filter = 2
            -net.ipv4.conf.all.rp_filter
            net.ipv4.conf.eth0/100.rp_filter = 1
            -net.ipv4.conf.*.promote_secondaries = 1
            """);
        Assert.Equal(["/usr/lib/sysctl.d/50-default.conf:2 2"], Of(host, "net.ipv4.conf.eth0.rp_filter"));
        Assert.Empty(Of(host, "net.ipv4.conf.all.rp_filter"));
        Assert.Equal(["/usr/lib/sysctl.d/50-default.conf:4 1"], Of(host, "net/ipv4/conf/eth0.100/rp_filter"));
        Assert.Equal(["/usr/lib/sysctl.d/50-default.conf:5 1"], Of(host, "net.ipv4.conf.lo.promote_secondaries"));
        Assert.Equal(["/usr/lib/sysctl.d/50-default.conf:1 2"], Of(host, "net.ipv4.conf.default.rp_filter"));
    }

    [Fact]
    public void What_was_not_read_is_said_and_sysctl_conf_counts_only_where_it_is_linked()
    {
        Assert.NotNull(SysctlBoot.Read(new Snapshot()).Problem);
        Assert.NotNull(SysctlBoot.Read(new TestHost().Unreadable("/etc/sysctl.d/x.conf").Snapshot).Problem);
        Assert.Empty(Of(new TestHost().Config("/etc/sysctl.conf", "kernel.sysrq = 1\n"), "kernel.sysrq"));
    }

    [Fact]
    public void Hostile_files_do_no_harm_and_keys_go()
    {
        TestHost host = new TestHost().Config("/etc/sysctl.d/x.conf", "\0=\n=\n-\n....=1\n" + new string('*', 50_000) + "=1\n" + string.Concat(Enumerable.Repeat("a.*.*.*.*.*.*.*b=1\n", 30_000)));
        Assert.Empty(Of(host, "kernel.sysrq"));
        Assert.Empty(Of(host, ""));
        string clean = KernelCleaning.Sysctl("net.ipv4.tcp_fastopen_key = 1-2\nnet.ipv6.conf.all.stable_secret=::1\nkernel.sysrq=0");
        Assert.DoesNotContain("1-2", clean, StringComparison.Ordinal);
        Assert.DoesNotContain("::1", clean, StringComparison.Ordinal);
        Assert.Contains("kernel.sysrq=0", clean, StringComparison.Ordinal);
        Assert.Equal("ro rd.luks.key=(removed) mitigations=auto,nosmt", KernelCleaning.CommandLine("ro rd.luks.key=/k:UUID=x mitigations=auto,nosmt\n"));
    }
}
