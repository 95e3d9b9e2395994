using Virtward.Hardening.Checks;
using Virtward.Hardening.Checks.Libvirt;
using Virtward.Hardening.Tests.Support;

namespace Virtward.Hardening.Tests.Checks.Libvirt;

public sealed class LibvirtServiceTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void As_it_is_installed_libvirt_is_closed(bool rhel)
    {
        TestHost host = LibvirtHost.Plain(rhel);
        foreach (Check check in (Check[])[Lv01.Check, Lv02.Check, Lv03.Check, Lv04.Check, Lv06.Check, Lv07.Check, Lv17.Check, Lv18.Check])
        {
            Judged.Passes(check, host.Facts());
        }
    }

    [Fact]
    public void Without_libvirt_none_of_them_has_a_meaning() => Assert.All(LibvirtChecks.All, static check => Judged.DoesNotApply(check, LibvirtHost.Looked().Facts()));

    [Fact]
    public void Where_nobody_looked_none_of_them_is_known() => Assert.All(LibvirtChecks.All, static check => Judged.IsUnknown(check, new TestHost().Facts()));

    [Fact]
    public void A_TCP_socket_is_told_by_its_unit_on_both_families()
    {
        Outcome debian = Judged.Fails(Lv01.Check, LibvirtHost.Plain().Units(("libvirtd.socket", "enabled", "active"), ("libvirtd-tcp.socket", "enabled", "active")).Facts(), "libvirt's TCP socket");
        Assert.Contains("systemctl disable --now libvirtd-tcp.socket", debian.Findings[0].Remedy.Steps);
        Outcome rhel = Judged.Fails(Lv01.Check, LibvirtHost.Plain(rhel: true).Units(("virtqemud.socket", "enabled", "active"), ("virtproxyd-tcp.socket", "enabled", "inactive")).Facts(), "libvirt's TCP socket");
        Assert.Contains("systemctl mask virtproxyd-tcp.socket", rhel.Findings[0].Remedy.Steps);
        Assert.Contains("next start", rhel.Findings[0].What, StringComparison.Ordinal);
    }

    [Fact]
    public void A_TCP_socket_is_told_by_the_socket_itself()
    {
        TestHost host = LibvirtHost.Plain().Listeners(TestHost.Socket("tcp", "0.0.0.0", 16509, "libvirt", "libvirtd"));
        Assert.Null(Judged.Fails(Lv01.Check, host.Facts(), "libvirt's TCP socket").Findings[0].Severity);
        host.Listeners(TestHost.Socket("tcp", "127.0.0.1", 16509, "libvirt", "libvirtd"));
        Assert.Equal(Severity.High, Judged.Fails(Lv01.Check, host.Facts(), "libvirt's TCP socket").Findings[0].Severity);
    }

    [Fact]
    public void Listen_tcp_counts_only_where_libvirtd_opens_sockets_itself()
    {
        TestHost host = LibvirtHost.Plain().Config("/etc/libvirt/libvirtd.conf", "listen_tcp = 1\nauth_tcp = \"none\"\n");
        Judged.Passes(Lv01.Check, host.Facts());
        Judged.Passes(Lv01.Check, host.Config("/etc/default/libvirtd", "# LIBVIRTD_ARGS=\"--listen\"\nLIBVIRTD_ARGS=\"--timeout 120\"\n").Facts());
        Judged.Fails(Lv01.Check, host.Config("/etc/default/libvirtd", "LIBVIRTD_ARGS=\"--listen\"\n").Facts(), "libvirt's TCP socket");
    }

    [Fact]
    public void Without_units_or_sockets_TCP_is_unknown()
    {
        Judged.IsUnknown(Lv01.Check, LibvirtHost.Plain().Lacks("audit/unit-files.json", "systemctl is not installed").Facts());
        Judged.IsUnknown(Lv01.Check, LibvirtHost.Plain().Lacks("listeners.json", "it needs root").Facts());
        Judged.IsUnknown(Lv02.Check, LibvirtHost.Plain().Lacks("audit/unit-files.json", "systemctl is not installed").Facts());
    }

    [Fact]
    public void TLS_needs_names_verification_and_an_address()
    {
        TestHost host = LibvirtHost.Plain().Units(("libvirtd.socket", "enabled", "active"), ("libvirtd-tls.socket", "enabled", "active"))
            .Listeners(TestHost.Socket("tcp", "::", 16514, "libvirt-tls", "systemd"));
        Judged.Fails(Lv02.Check, host.Facts(), "tls_allowed_dn_list", "ListenStream");
        host.Config("/etc/libvirt/libvirtd.conf", "tls_no_verify_certificate = 1\ntls_allowed_dn_list = [\n \"C=DE,CN=a\", # one\n \"C=DE,CN=b\"\n]\n").Listeners(TestHost.Socket("tcp", "192.168.1.100", 16514, "libvirt-tls", "systemd"));
        Assert.Equal(Severity.Critical, Judged.Fails(Lv02.Check, host.Facts(), "tls_no_verify_certificate").Findings[0].Severity);
        Judged.Passes(Lv02.Check, host.Config("/etc/libvirt/libvirtd.conf", "tls_allowed_dn_list = [\"C=DE,CN=a\"]\n").Facts());
        Judged.IsUnknown(Lv02.Check, host.Unreadable("/etc/libvirt/libvirtd.conf").Facts());
    }

    [Fact]
    public void A_member_of_the_group_libvirt_who_is_no_administrator_is_told()
    {
        TestHost host = LibvirtHost.Plain().Config("/etc/group", "sudo:x:27:ada\nlibvirt:x:107:ada,bob\nstaff:x:50:\n").Config("/etc/passwd", "eve:x:1002:107::/home/eve:/bin/bash\n");
        Judged.Fails(Lv03.Check, host.Facts(), "user bob", "user eve");
        Judged.IsUnknown(Lv03.Check, host.Lacks("root/etc/group", "it needs root to read /etc/group").Facts());
    }

    [Fact]
    public void A_socket_that_asks_nobody_is_critical_only_where_everybody_may_open_it()
    {
        TestHost host = LibvirtHost.Plain().Config("/etc/libvirt/libvirtd.conf", "auth_unix_rw = \"none\"\nauth_unix_ro = \"none\"\n")
            .State("/run/libvirt/libvirt-sock", 666, kind: "socket").Config("/usr/lib/systemd/system/libvirtd-ro.socket", "[Socket]\nSocketMode=0666\n");
        Outcome outcome = Judged.Fails(Lv03.Check, host.Facts(), "auth_unix_rw", "auth_unix_ro");
        Assert.Contains(outcome.Findings, static finding => finding.Severity == Severity.Critical);
        host = LibvirtHost.Plain().Config("/etc/libvirt/libvirtd.conf", "auth_unix_rw = \"none\"\n").Config("/usr/lib/systemd/system/libvirtd.socket", "[Socket]\nSocketMode=0666\n")
            .Config("/etc/systemd/system/libvirtd.socket.d/00-virtward.conf", "[Socket]\nSocketMode=0660\nSocketGroup=libvirt\n");
        Judged.Passes(Lv03.Check, host.Facts());
    }

    [Fact]
    public void A_rule_of_polkits_that_lets_strangers_in_is_told()
    {
        const string Vendor = "polkit.addRule(function(action, subject) {\n if (action.id == \"org.libvirt.unix.manage\" && subject.isInGroup(\"libvirt\")) { return polkit.Result.YES; }\n});\n";
        TestHost host = LibvirtHost.Plain().Config("/etc/polkit-1/rules.d/60-libvirt.rules", Vendor);
        Judged.Passes(Lv03.Check, host.Facts());
        Judged.Fails(Lv03.Check, host.Config("/etc/polkit-1/rules.d/60-libvirt.rules", Vendor.Replace("\"libvirt\"", "'staff'", StringComparison.Ordinal)).Facts(), "/etc/polkit-1/rules.d/60-libvirt.rules");
        Judged.Fails(Lv03.Check, host.Config("/etc/polkit-1/rules.d/60-libvirt.rules", "if (action.id == \"org.libvirt.unix.manage\") return polkit.Result.YES;").Facts(), "/etc/polkit-1/rules.d/60-libvirt.rules");
        Judged.IsUnknown(Lv03.Check, LibvirtHost.Plain().Unreadable("/etc/polkit-1/rules.d").Facts());
    }

    [Theory]
    [InlineData("security_driver = \"none\"", "security_driver")]
    [InlineData("security_driver = [ \"selinux\", \"none\" ]", "security_driver")]
    [InlineData("security_default_confined = 0", "security_default_confined")]
    public void Settings_that_switch_confinement_off_are_told(string line, string subject) =>
        Judged.Fails(Lv06.Check, LibvirtHost.Plain().Config("/etc/libvirt/qemu.conf", line + "\n").Facts(), subject);

    [Fact]
    public void A_kernel_without_confinement_is_told()
    {
        Judged.Fails(Lv06.Check, LibvirtHost.Plain().Config("/sys/kernel/security/lsm", "lockdown,capability,yama").Facts(), "kernel");
        Judged.Fails(Lv06.Check, LibvirtHost.Plain(rhel: true).Config("/sys/fs/selinux/enforce", "0").Facts(), "SELinux");
        Judged.IsUnknown(Lv06.Check, LibvirtHost.Plain().Lacks("root/sys/kernel/security/lsm", "no securityfs").Facts());
    }

    [Fact]
    public void Each_guests_process_must_be_confined_by_itself()
    {
        TestHost host = LibvirtHost.Plain().Running("web1").Processes(LibvirtHost.Process("web1"));
        Judged.Passes(Lv06.Check, host.Facts());
        Judged.Fails(Lv06.Check, host.Processes(LibvirtHost.Process("web1", "unconfined")).Facts(), "guest web1: confinement");
        Judged.Fails(Lv06.Check, host.Processes(LibvirtHost.Process("web1", "libvirt-11111111-2222-3333-4444-555555555555 (complain)")).Facts(), "guest web1: confinement");
        Judged.Fails(Lv06.Check, host.Running("web1", other: "<seclabel type='none'/>").Facts(), "guest web1: confinement");
        Judged.Passes(Lv06.Check, LibvirtHost.Plain().Running("web1", other: "<seclabel type='none' model='dac'/>").Processes(LibvirtHost.Process("web1")).Facts());
        Judged.IsUnknown(Lv06.Check, LibvirtHost.Plain().Running("web1").Processes(LibvirtHost.Process("web1") with { Label = null }).Facts());
    }

    [Fact]
    public void SELinux_needs_a_category_for_each_guest()
    {
        TestHost host = LibvirtHost.Plain(rhel: true).Config("/sys/fs/selinux/enforce", "1").Running("a").Running("b");
        const string Label = "system_u:system_r:svirt_t:s0:c107,c434";
        Judged.Passes(Lv06.Check, host.Processes(LibvirtHost.Process("a", Label), LibvirtHost.Process("b", "system_u:system_r:svirt_tcg_t:s0:c1,c2")).Facts());
        Judged.Fails(Lv06.Check, host.Processes(LibvirtHost.Process("a", Label), LibvirtHost.Process("b", Label)).Facts(), "guest a: confinement", "guest b: confinement");
        Judged.Fails(Lv06.Check, host.Processes(LibvirtHost.Process("a", "system_u:system_r:svirt_t:s0"), LibvirtHost.Process("b", "system_u:system_r:unconfined_service_t:s0")).Facts(), "guest a: confinement", "guest b: confinement");
    }

    [Fact]
    public void Settings_that_free_qemu_are_told()
    {
        TestHost host = LibvirtHost.Plain().Config("/etc/libvirt/qemu.conf", """
            user = "root"
            group = "+0"
            dynamic_ownership = 0
            namespaces = [ ]
            seccomp_sandbox = 0
            clear_emulator_capabilities = 0
            """);
        Judged.Fails(Lv07.Check, host.Facts(), "user", "group", "dynamic_ownership", "namespaces", "seccomp_sandbox", "clear_emulator_capabilities");
        Judged.Passes(Lv07.Check, host.Config("/etc/libvirt/qemu.conf", "user = \"libvirt-qemu\"\nnamespaces = [ \"mount\" ]\nseccomp_sandbox = 1\n").Facts());
        Judged.IsUnknown(Lv07.Check, host.Unreadable("/etc/libvirt/qemu.conf").Facts());
    }

    [Fact]
    public void A_qemu_that_is_not_locked_in_is_told()
    {
        TestHost host = LibvirtHost.Plain().Running("web1");
        Judged.Passes(Lv07.Check, host.Processes(LibvirtHost.Process("web1")).Facts());
        Outcome outcome = Judged.Fails(Lv07.Check, host.Processes(LibvirtHost.Process("web1") with { Uid = 0, Seccomp = 0, Capabilities = "000001ffffffffff" }).Facts(), "guest web1: process");
        Assert.Contains("root", outcome.Findings[0].What, StringComparison.Ordinal);
        Judged.IsUnknown(Lv07.Check, host.Processes(LibvirtHost.Process("web1") with { Uid = null }).Facts());
    }

    [Fact]
    public void Hooks_that_others_may_change_and_logs_without_end_are_told()
    {
        TestHost host = LibvirtHost.Plain().State("/etc/libvirt/hooks", 755, kind: "directory").State("/etc/libvirt/hooks/qemu", 775).Config("/etc/libvirt/virtlogd.conf", "max_size = 0\n");
        Outcome outcome = Judged.Fails(Lv17.Check, host.Facts(), "/etc/libvirt/hooks/qemu", "max_size");
        Assert.Contains(outcome.Findings, static finding => finding.Severity == Severity.High);
    }

    [Fact]
    public void Somebody_must_write_down_what_is_done_to_guests()
    {
        TestHost host = LibvirtHost.Plain().Units(("libvirtd.socket", "enabled", "active"));
        Judged.Fails(Lv17.Check, host.Facts(), "audit_level");
        Judged.Passes(Lv17.Check, host.Config("/etc/libvirt/libvirtd.conf", "audit_logging = 1\n").Facts());
        Judged.Fails(Lv17.Check, LibvirtHost.Plain().Config("/etc/libvirt/libvirtd.conf", "audit_level = 0\naudit_logging = 1\n").Facts(), "audit_level");
        Judged.IsUnknown(Lv17.Check, LibvirtHost.Plain().Unreadable("/etc/libvirt/libvirtd.conf").Facts());
    }

    [Fact]
    public void A_guest_that_runs_an_old_qemu_is_told()
    {
        TestHost host = LibvirtHost.Plain().Running("web1");
        Judged.Passes(Lv18.Check, host.Processes(LibvirtHost.Process("web1")).Facts());
        Judged.Fails(Lv18.Check, host.Processes(LibvirtHost.Process("web1") with { Replaced = true }).Facts(), "guest web1: qemu");
        Judged.IsUnknown(Lv18.Check, host.Processes(LibvirtHost.Process("web1") with { Replaced = null }).Facts());
        Judged.IsUnknown(Lv18.Check, LibvirtHost.Plain().WithoutRoot().Facts());
    }
}
