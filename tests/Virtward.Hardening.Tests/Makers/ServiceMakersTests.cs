using Virtward.Core.Policy;
using Virtward.Core.Policy.Reading;
using Virtward.Core.Snapshots;
using Virtward.Hardening.Changes;
using Virtward.Hardening.Checks;
using Virtward.Hardening.Checks.Accounts;
using Virtward.Hardening.Checks.Libvirt;
using Virtward.Hardening.Checks.Logs;
using Virtward.Hardening.Checks.Mac;
using Virtward.Hardening.Checks.Networks;
using Virtward.Hardening.Checks.Services;
using Virtward.Hardening.Checks.Ssh;
using Virtward.Hardening.Checks.Updates;
using Virtward.Hardening.Inventory;
using Virtward.Hardening.Inventory.Ssh;
using Virtward.Hardening.Makers;
using Virtward.Hardening.Tests.Checks.Libvirt;
using Virtward.Hardening.Tests.Support;

namespace Virtward.Hardening.Tests.Makers;

/// <summary>Each maker on a host that fails its check: the same host with the steps done passes it, and gets no change any more.</summary>
public sealed class ServiceMakersTests
{
    private delegate MadeChanges Maker(AuditFacts facts, HostPolicy policy);

    [Fact]
    public void The_resolver_answers_the_host_only()
    {
        TestHost host = LibvirtHost.Looked().Units("systemd-resolved.service", "ssh.service")
            .Config("/etc/systemd/resolved.conf", "[Resolve]\nLLMNR=yes\nDNSStubListenerExtra=192.168.1.100\n").Config("/etc/systemd/resolved.conf.d/zz.conf", "[Resolve]\n# here\nMulticastDNS=yes\n");
        MadeChanges made = Mends(ResolvedChange.Of, Net02.Check, host);
        Assert.Equal([new UnitEffect("systemd-resolved.service", UnitEffectKind.Restart)], made.Changes[0].Effects);

        AuditFacts wanted = Facts(host, "resolver: { llmnr: true, multicast-dns: true }");
        Assert.DoesNotContain("LLMNR=no", File(ResolvedChange.Of(wanted, wanted.Policy), "/etc/systemd/resolved.conf.d/99-virtward.conf").Content, StringComparison.Ordinal);
        Unmanaged(ResolvedChange.Of, host, "resolver: { manage: false }");
    }

    [Fact]
    public void The_hosts_dnsmasq_serves_networks_inside()
    {
        TestHost host = LibvirtHost.Looked().Units("dnsmasq.service", "ssh.service").Config("/etc/dnsmasq.conf", "# mine\nenable-tftp\nbind-interfaces\nserver=9.9.9.9\n");
        MadeChanges made = Mends(DnsmasqChange.Of, Net01.Check, host);
        Assert.Equal("# mine\n#virtward# enable-tftp\n#virtward# bind-interfaces\nserver=9.9.9.9\n", File(made, "/etc/dnsmasq.conf").Content);
        Assert.Contains("bind-dynamic\ninterface=eth1\ninterface=virbr0\n", File(made, "/etc/dnsmasq.d/00-virtward.conf").Content, StringComparison.Ordinal);
        Assert.DoesNotContain("interface=virbr0", File(Made(DnsmasqChange.Of, host.Network()), "/etc/dnsmasq.d/00-virtward.conf").Content, StringComparison.Ordinal);
        Unmanaged(DnsmasqChange.Of, host, "resolver: { manage: false }");
    }

    [Fact]
    public void Libvirts_sockets_on_the_network_are_masked()
    {
        TestHost host = LibvirtHost.Plain().Units(("libvirtd.service", "enabled", "active"), ("libvirtd.socket", "enabled", "active"), ("libvirtd-tcp.socket", "enabled", "active"), ("libvirtd-tls.socket", "enabled", "active"))
            .Listeners(TestHost.Socket("tcp", "0.0.0.0", 16509, "libvirt", "systemd") with { Unit = "libvirtd-tcp.socket" }, TestHost.Socket("tcp", "0.0.0.0", 16514, "libvirt-tls", "systemd") with { Unit = "libvirtd-tls.socket" });
        MadeChanges made = Mends(LibvirtSocketsChange.Of, Lv01.Check, host);
        Assert.Equal(
            [new UnitStep("libvirtd-tcp.socket", UnitBoot.Masked, false), new UnitStep("libvirtd-tls.socket", UnitBoot.Masked, false)], made.Changes[0].Steps);
        Assert.Equal([new UnitEffect("libvirtd.service", UnitEffectKind.Restart)], made.Changes[0].Effects);
        Judged.Passes(Lv02.Check, Applied.On(Facts(host), made));

        AuditFacts tls = Facts(host, "libvirt: { tls: true }");
        Assert.Equal([new UnitStep("libvirtd-tcp.socket", UnitBoot.Masked, false)], LibvirtSocketsChange.Of(tls, tls.Policy).Changes[0].Steps);
        Unmanaged(LibvirtSocketsChange.Of, host, "libvirt: { manage: false }");
    }

    [Fact]
    public void Libvirts_files_are_edited_in_place()
    {
        TestHost host = LibvirtHost.Plain()
            .Config("/etc/libvirt/qemu.conf", "# The default\n#vnc_listen = \"0.0.0.0\"\nvnc_listen = \"0.0.0.0\"\n\nnamespaces = [\n  # none\n]\nseccomp_sandbox = 0\nuser = \"root\"\n")
            .Config("/etc/libvirt/libvirtd.conf", "#auth_unix_rw = \"polkit\"\nauth_unix_rw = \"none\"\nlisten_tcp = 1\n").Config("/etc/default/libvirtd", "libvirtd_opts=\"--listen\"\n");
        Mends(LibvirtConfigChange.Of, Lv07.Check, host);
        Mends(LibvirtConfigChange.Of, Lv03.Check, host);
        Mends(LibvirtConfigChange.Of, Lv01.Check, host);
        MadeChanges made = Mends(LibvirtConfigChange.Of, Lv04.Check, host);
        Assert.Equal(
            "# The default\n#vnc_listen = \"0.0.0.0\"\n#virtward# vnc_listen = \"0.0.0.0\"\nvnc_listen = \"127.0.0.1\"\n\n#virtward# namespaces = [\n#virtward#   # none\n#virtward# ]\nnamespaces = [ \"mount\" ]\n#virtward# seccomp_sandbox = 0\nseccomp_sandbox = 1\n#virtward# user = \"root\"\nuser = \"libvirt-qemu\"\n",
            File(made, "/etc/libvirt/qemu.conf").Content);
        AuditFacts tunnels = Facts(host, "libvirt: { local-consoles: false }");
        Assert.DoesNotContain("127.0.0.1", File(LibvirtConfigChange.Of(tunnels, tunnels.Policy), "/etc/libvirt/qemu.conf").Content, StringComparison.Ordinal);
        Unmanaged(LibvirtConfigChange.Of, host, "libvirt: { manage: false }");
    }

    [Fact]
    public void Consoles_are_bound_by_libvirt_itself_and_back()
    {
        TestHost host = LibvirtHost.Plain()
            .Guest("web1", "<graphics type='vnc' port='-1' listen='0.0.0.0'><listen type='address' address='0.0.0.0'/></graphics>").Running("web1", "<graphics type='vnc' port='5900' listen='0.0.0.0'><listen type='address' address='0.0.0.0'/></graphics>")
            .Guest("db", "<graphics type='vnc' port='-1' listen='127.0.0.1'/>").Guest("odd", "<graphics type='vnc' websocket='5700' listen='0.0.0.0'/>");
        MadeChanges made = Made(GuestConsolesChange.Of, host);
        Change change = Assert.Single(made.Changes);
        Assert.Equal(("guest.console.web1", ChangeRisk.Guests), (change.Id, change.Risk));
        CommandStep step = Assert.IsType<CommandStep>(Assert.Single(change.Steps));
        Assert.Equal("", step.Wanted);
        Assert.Equal(["env", "EDITOR=sed -i -E \"/<(graphics|listen) /s/ (listen|address)='0\\.0\\.0\\.0'/ \\\\1='127.0.0.1'/g\"", "virsh", "edit", "web1"], Assert.Single(step.Set));
        Assert.Equal("EDITOR=sed -i -E \"/<(graphics|listen) /s/ (listen|address)='127\\.0\\.0\\.1'/ \\\\1='0.0.0.0'/g\"", Assert.Single(step.Undo)[1]);
        Assert.Equal(
            ["the console of odd is left as it is, and has to be edited by hand (LV-04): it has a websocket, several addresses, or a libvirt network's", "the console of web1 moves to loopback when the guest is shut down and started again; until then the firewall keeps it shut"],
            made.Notes.Order(StringComparer.Ordinal));
        Unmanaged(GuestConsolesChange.Of, host, "libvirt: { local-consoles: false }");
    }

    [Fact]
    public void Updates_install_themselves_in_both_families()
    {
        TestHost debian = new TestHost().Dpkg("apt").Units("apt-daily.timer active waiting", "apt-daily-upgrade.timer inactive dead disabled").Config("/etc/apt/apt.conf.d/20auto-upgrades", "APT::Periodic::Unattended-Upgrade \"0\";\n")
            .State("/var/lib/dpkg/info/unattended-upgrades.list", 644, modified: TestHost.Now);
        MadeChanges made = Mends(UpdatesChange.Of, Upd01.Check, debian);
        Assert.Contains(new PackageStep("unattended-upgrades", true), made.Changes[0].Steps);
        Assert.Contains("Automatic-Reboot \"false\"", File(made, UpdatesChange.Apt).Content, StringComparison.Ordinal);
        AuditFacts at = Facts(debian, "updates: { reboot-at: \"03:30\" }");
        Assert.Contains("Automatic-Reboot-Time \"03:30\";", File(UpdatesChange.Of(at, at.Policy), UpdatesChange.Apt).Content, StringComparison.Ordinal);

        TestHost rhel = new TestHost().OnRhel().Rpm("dnf-automatic").Units("dnf-automatic.timer inactive dead disabled").Config("/etc/dnf/automatic.conf", "[commands]\n# what\nupgrade_type = default\napply_updates = no\n[emitters]\nemit_via = stdio\n")
            .State("/var/lib/systemd/timers/stamp-dnf-automatic.timer", 644, modified: TestHost.Now);
        made = Mends(UpdatesChange.Of, Upd01.Check, rhel);
        Assert.Equal("[commands]\napply_updates = yes\nupgrade_type = security\n# what\n#virtward# upgrade_type = default\n#virtward# apply_updates = no\n[emitters]\nemit_via = stdio\n", File(made, "/etc/dnf/automatic.conf").Content);
        Unmanaged(UpdatesChange.Of, debian, "updates: { automatic: false }");
    }

    [Fact]
    public void Units_that_nobody_needs_are_masked_their_sockets_first()
    {
        TestHost host = new TestHost().Units("cups.service", "cups.socket active listening enabled", "debug-shell.service", "ctrl-alt-del.target inactive dead static", "chrony.service", "rpcbind.service inactive dead masked")
            .Config("/proc/cmdline", "ro quiet\n").Text("audit/chronyc-tracking.txt", "Leap status     : Normal\n");
        MadeChanges made = Made(UnitsChange.Of, host);
        Assert.Equal("cups.socket cups.service debug-shell.service ctrl-alt-del.target", string.Join(' ', made.Changes[0].Steps.OfType<UnitStep>().Select(static step => step.Unit)));
        Assert.Equal(["SVC-01", "SVC-03"], made.Changes[0].Checks);
        AuditFacts after = Applied.On(Facts(host), made);
        Judged.Passes(Svc01.Check, after);
        Assert.NotEqual(Status.Fail, Svc03.Check.Judge(after).Status);
        Assert.Empty(UnitsChange.Of(after, after.Policy).Changes);
    }

    [Fact]
    public void NFS_3_keeps_what_it_needs()
    {
        TestHost host = new TestHost().Units("rpcbind.service", "rpcbind.socket active listening enabled").Config("/proc/self/mounts", "nas:/vm /var/lib/libvirt/images nfs rw 0 0\n");
        MadeChanges made = Made(UnitsChange.Of, host);
        Assert.Empty(made.Changes);
        Assert.Equal(["rpcbind.service is left: something is mounted by NFS 3", "rpcbind.socket is left: something is mounted by NFS 3"], made.Notes);
        Assert.Single(Made(UnitsChange.Of, host.Config("/proc/self/mounts", "nas:/vm /srv nfs4 rw 0 0\n")).Changes);
    }

    [Fact]
    public void Packages_of_the_policy_go()
    {
        MadeChanges made = Mends(PackagesChange.Of, Pkg01.Check, new TestHost().Dpkg("telnetd", "xinetd", "nginx"));
        Assert.Equal([new PackageStep("telnetd", false), new PackageStep("xinetd", false)], made.Changes[0].Steps);
    }

    [Fact]
    public void The_journal_stays()
    {
        TestHost host = new TestHost().Units("ssh.service").State("/var/log/dpkg.log", 644).Config("/etc/systemd/journald.conf", "[Journal]\nStorage=volatile\n")
            .Config("/usr/lib/systemd/journald.conf.d/50-b.conf", "[Journal]\nRateLimitIntervalSec=0\n").Config("/etc/systemd/journald.conf.d/zz.conf", "[Journal]\n# big\nSystemMaxUse=80%\n");
        MadeChanges made = Mends(JournaldChange.Of, Log01.Check, host);
        Assert.Equal("[Journal]\n# big\n#virtward# SystemMaxUse=80%\n", File(made, "/etc/systemd/journald.conf.d/zz.conf").Content);
    }

    [Fact]
    public void What_an_intruder_changes_is_recorded()
    {
        TestHost host = new TestHost().Dpkg("apt").Units("ssh.service").Config("/etc/audit/rules.d/audit.rules", "-D\n");
        MadeChanges made = Made(AuditRulesChange.Of, host);
        Assert.Equal([new PackageStep("auditd", true), new UnitStep("auditd.service", UnitBoot.Enabled, true)], made.Changes[0].Steps.Where(static step => step is not FileStep));
        Assert.Equal([new UnitEffect("auditd.service", UnitEffectKind.Restart)], made.Changes[0].Effects);
        string rules = File(made, "/etc/audit/rules.d/00-virtward.rules").Content!;
        AuditFacts loaded = Facts(new TestHost().Units("auditd.service").Text("audit/audit-rules.txt", string.Join('\n', rules.Split('\n').Where(static line => line.StartsWith('-')))));
        Judged.Passes(Mac04.Check, loaded);
        Assert.Same(MadeChanges.None, AuditRulesChange.Of(loaded, loaded.Policy));

        AuditFacts rhel = Facts(new TestHost().OnRhel().Rpm("audit").Units("auditd.service").Text("audit/audit-rules.txt", "No rules\n"));
        Assert.Contains("the audit rules are loaded at the next boot, or by augenrules --load", AuditRulesChange.Of(rhel, rhel.Policy).Notes);
    }

    [Fact]
    public void Rights_that_are_too_wide_are_taken_away()
    {
        TestHost host = SshTexts.ByFiles().State("/etc/passwd", 644).State("/etc/shadow", 644).State("/etc/sudoers.d/x", 666).State("/etc/ssh/sshd_config", 666).State("/etc/ssh/ssh_host_ed25519_key", 644)
            .State("/etc/wireguard/wg0.conf", 640, uid: 1000).State("/usr/local/bin/tool", 777).Units("ssh.service");
        AuditFacts before = Facts(host);
        MadeChanges made = FileModesChange.Of(before, before.Policy);
        Assert.Equal(["AUT-02", "SSH-16"], made.Changes[0].Checks);
        AuditFacts after = Applied.On(before, made);
        Judged.Passes(Ssh16.Check, after);
        Judged.Fails(Aut02.Check, after, "/etc/wireguard/wg0.conf");
        Assert.Empty(FileModesChange.Of(after, after.Policy).Changes);
    }

    [Fact]
    public void No_file_is_written_by_two_changes_and_a_second_round_finds_nothing()
    {
        TestHost host = LibvirtHost.Plain().Config("/etc/passwd", SshTexts.Passwd).Config("/etc/group", SshTexts.Group)
            .Config("/etc/libvirt/libvirtd.conf", "auth_unix_rw = \"none\"\nlisten_tcp = 1\n").Config("/etc/libvirt/qemu.conf", "vnc_listen = \"0.0.0.0\"\n").Config("/etc/default/libvirtd", "libvirtd_opts=\"-l\"\n")
            .Units("ssh.service", "libvirtd.service", "libvirtd-tcp.socket active listening enabled", "systemd-resolved.service", "dnsmasq.service", "avahi-daemon.service", "apt-daily.timer active waiting", "apt-daily-upgrade.timer active waiting", "auditd.service")
            .Config("/etc/ssh/sshd_config", "PermitRootLogin yes\n").Dpkg("openssh-server=1:9.2p1-2", "telnetd", "auditd").Config("/root/.ssh/authorized_keys", AuthorizedKeys.Reduce(SshTexts.Ed25519))
            .Text(SnapshotNames.Sysctl, KernelTexts.Sysctls("net.ipv4.conf.eth0.rp_filter = 0", "net.ipv4.conf.all.rp_filter = 0")).Config("/etc/systemd/resolved.conf", "[Resolve]\nLLMNR=yes\n").Config("/etc/dnsmasq.conf", "")
            .Text("audit/audit-rules.txt", "-w /etc/libvirt/ -p wa\n").State("/var/log/dpkg.log", 644).State("/etc/passwd", 666).State("/var/lib/dpkg/info/unattended-upgrades.list", 644, modified: TestHost.Now);
        AuditFacts before = Facts(host);
        MadeChanges made = AllMakers.Of(before, before.Policy);
        Assert.Equal(
            ["kernel.settings", "kernel.modules", "libvirt.sockets", "libvirt.config", "resolver", "dnsmasq", "units", "file.modes", "journal", "ssh", "clock", "packages", "updates", "audit.rules", "drift"],
            made.Changes.Select(static change => change.Id));
        string[] paths = [.. made.Changes.SelectMany(static change => change.Steps.Concat(change.Lasting)).OfType<FileStep>().Select(static file => file.Path)];
        Assert.Equal(paths.Distinct(), paths);
        Assert.All(made.Changes, static change => Assert.False(change.Steps.IsEmpty && change.Lasting.IsEmpty));
        Assert.All(made.Changes.SelectMany(static change => change.Checks), static id => Assert.Contains(Catalogue.All, check => check.Id == id));

        // The kernel has the audit rules once their unit was started anew.
        AuditFacts after = Applied.On(before, made);
        Assert.Equal(["audit.rules"], AllMakers.Of(after, after.Policy).Changes.Select(static change => change.Id));
    }

    private static MadeChanges Made(Maker maker, TestHost host)
    {
        AuditFacts facts = Facts(host);
        return maker(facts, facts.Policy);
    }

    private static MadeChanges Mends(Maker maker, Check check, TestHost host)
    {
        AuditFacts before = Facts(host);
        Assert.Equal(Status.Fail, check.Judge(before).Status);
        MadeChanges made = maker(before, before.Policy);
        Assert.Contains(check.Id, Assert.Single(made.Changes).Checks);
        AuditFacts after = Applied.On(before, made);
        Judged.Passes(check, after);
        Assert.Empty(maker(after, after.Policy).Changes);
        return made;
    }

    private static void Unmanaged(Maker maker, TestHost host, string policy)
    {
        AuditFacts facts = Facts(host, policy);
        Assert.Same(MadeChanges.None, maker(facts, facts.Policy));
    }

    private static FileStep File(MadeChanges made, string path) => Assert.Single(made.Changes.SelectMany(static change => change.Steps).OfType<FileStep>(), file => file.Path == path);

    private static AuditFacts Facts(TestHost host, string policy = "") =>
        PlanRead.Of(host.Facts(Profile.Isolated, PolicyReader.Read($"version: 1\n{policy}\n", "p").Policy!));
}
