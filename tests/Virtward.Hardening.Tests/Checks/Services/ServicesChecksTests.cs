using Virtward.Hardening.Checks;
using Virtward.Hardening.Checks.Services;
using Virtward.Hardening.Tests.Support;

namespace Virtward.Hardening.Tests.Checks.Services;

public sealed class ServicesChecksTests
{
    [Fact]
    public void Packages_without_a_place_here_are_found_by_either_familys_name()
    {
        Judged.Passes(Pkg01.Check, new TestHost().Dpkg("openssh-server", "nfs-common").Facts());
        Judged.Fails(Pkg01.Check, new TestHost().Dpkg("avahi-daemon", "telnetd").Facts(), "avahi-daemon", "telnetd");
        Judged.Fails(Pkg01.Check, new TestHost().OnRhel().Rpm("telnet-server", "nfs-utils").Facts(), "telnet-server");
        Judged.IsUnknown(Pkg01.Check, new TestHost().Facts());
    }

    // On RHEL libvirt's storage driver demands nfs-utils, and that demands rpcbind; Debian's nfs-common demands it too. "dnf remove rpcbind" took libvirt along.
    [Fact]
    public void Rpcbind_that_comes_with_an_NFS_client_is_to_be_masked_and_not_removed()
    {
        TestHost host = new TestHost().OnRhel().Rpm("rpcbind", "nfs-utils", "libvirt-daemon-driver-storage-core");
        Finding finding = Assert.Single(Judged.Fails(Pkg01.Check, host.Units("rpcbind.socket active listening enabled", "rpcbind.service inactive dead indirect").Facts(), "rpcbind").Findings);
        Assert.Equal(["systemctl mask --now rpcbind.socket rpcbind.service"], finding.Remedy.Steps);
        Judged.Passes(Pkg01.Check, host.Units("rpcbind.socket inactive dead masked", "rpcbind.service inactive dead masked").Facts());
        Judged.Passes(Pkg01.Check, new TestHost().Dpkg("rpcbind", "nfs-common").Units("rpcbind.socket inactive dead masked", "rpcbind.service inactive dead masked").Facts());
        Judged.IsUnknown(Pkg01.Check, new TestHost().OnRhel().Rpm("rpcbind", "nfs-utils").Facts());

        // Where nothing needs it, it goes.
        Assert.Contains("dnf remove rpcbind", Assert.Single(Judged.Fails(Pkg01.Check, new TestHost().OnRhel().Rpm("rpcbind").Facts(), "rpcbind").Findings).Remedy.Steps);
    }

    [Fact]
    public void Only_what_a_host_needs_runs()
    {
        Judged.Passes(Svc01.Check, new TestHost().Units("ssh.service", "libvirtd.service", "systemd-journald.service", "getty@tty1.service", "cups.service inactive dead", "apparmor.service active exited").Facts());
        Judged.Passes(Svc01.Check, new TestHost().OnRhel().Units("sshd.service", "virtqemud.service", "virtlogd.service", "NetworkManager.service", "chronyd.service", "firewalld.service", "tuned.service", "rhsmcertd.service").Facts());
        Judged.IsUnknown(Svc01.Check, new TestHost().Facts());
    }

    [Fact]
    public void Another_service_weighs_more_when_it_listens()
    {
        Outcome outcome = Judged.Fails(Svc01.Check, new TestHost().Units("ssh.service", "cups.service", "grafana-server.service")
            .Listeners(TestHost.Socket("tcp", "0.0.0.0", 3000, "grafana") with { Unit = "grafana-server.service" }, TestHost.Socket("tcp", "127.0.0.1", 631, "cups") with { Unit = "cups.service" }).Facts(), "cups.service", "grafana-server.service");
        Assert.Equal([Severity.Low, Severity.Medium], outcome.Findings.Select(static finding => finding.Severity!.Value));
    }

    [Fact]
    public void Exposed_services_are_bound()
    {
        TestHost host = new TestHost().Listeners(TestHost.Socket("udp", "0.0.0.0", 123, "ntp") with { Unit = "chrony.service" }, TestHost.Socket("tcp", "0.0.0.0", 22, "ssh") with { Unit = "ssh.service" });
        Judged.IsUnknown(Svc02.Check, host.Facts());
        Judged.Passes(Svc02.Check, host.Text("audit/sandbox-chrony.service.txt", "→ Overall exposure level for chrony.service: 3.5 OK 🙂").Facts());
        Judged.Fails(Svc02.Check, host.Text("audit/sandbox-chrony.service.txt", "→ Overall exposure level for chrony.service: 9.6 UNSAFE 😨").Facts(), "chrony.service");
        Judged.IsUnknown(Svc02.Check, host.Text("audit/sandbox-chrony.service.txt", "garbage").Facts());
    }

    private static TestHost Clock() => new TestHost().Config("/proc/cmdline", "quiet\n")
        .Units("chrony.service", "ctrl-alt-del.target inactive dead masked", "debug-shell.service inactive dead disabled")
        .Text("audit/chrony.txt", "Reference ID    : C0000201 (ntp.example)\nLeap status     : Normal\n");

    [Fact]
    public void The_clock_is_right_and_the_back_doors_shut()
    {
        Judged.Passes(Svc03.Check, Clock().Facts());
        Judged.Passes(Svc03.Check, Clock().Units("systemd-timesyncd.service").State("/run/systemd/timesync/synchronized", 644).Facts());
        Judged.IsUnknown(Svc03.Check, Clock().Lacks("audit/chrony.txt", "it may need root: chronyc ended with 1").Facts());
        Judged.IsUnknown(Svc03.Check, new TestHost().Facts());
    }

    [Fact]
    public void A_clock_that_nobody_keeps_and_each_back_door_are_found()
    {
        Judged.Fails(Svc03.Check, Clock().Text("audit/chrony.txt", "Leap status     : Not synchronised\n").Facts(), "clock");
        Judged.Fails(Svc03.Check, Clock().Units("ssh.service").Facts(), "clock");
        Judged.Fails(Svc03.Check, Clock().Units("systemd-timesyncd.service").Facts(), "clock");
        Judged.Fails(Svc03.Check, Clock().Units("chrony.service", "ctrl-alt-del.target inactive dead alias", "debug-shell.service inactive dead enabled").Facts(), "ctrl-alt-del.target", "debug-shell.service");
        Judged.Fails(Svc03.Check, Clock().Config("/proc/cmdline", "quiet systemd.debug_shell=1\n").Facts(), "systemd.debug_shell");
        Judged.Fails(Svc03.Check, Clock().Units("chrony.service", "kdump.service active exited").Config("/etc/kdump.conf", "#nfs x\nssh kdump@192.0.2.7\npath /var/crash\n").Facts(), "kdump");
    }
}
