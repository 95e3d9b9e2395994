using Virtward.Core.Policy;
using Virtward.Core.Policy.Reading;
using Virtward.Hardening.Changes;
using Virtward.Hardening.Checks;
using Virtward.Hardening.Checks.Accounts;
using Virtward.Hardening.Checks.Firewall;
using Virtward.Hardening.Checks.Libvirt;
using Virtward.Hardening.Checks.Mac;
using Virtward.Hardening.Checks.Services;
using Virtward.Hardening.Firewall;
using Virtward.Hardening.Inventory;
using Virtward.Hardening.Makers;
using Virtward.Hardening.Tests.Checks.Libvirt;
using Virtward.Hardening.Tests.Support;

namespace Virtward.Hardening.Tests.Makers;

/// <summary>Makers that touch what others own: the clock, sudo, guests' images, SELinux, firewalld. What could hurt a guest or an administrator is left and told.</summary>
public sealed class MoreMakersTests
{
    private const string Image = "/var/lib/libvirt/images/web1.qcow2";

    private const string Disk = $"<disk type='file' device='disk'><driver name='qemu' type='qcow2'/><source file='{Image}'/><target dev='vda'/></disk>";

    [Fact]
    public void Something_keeps_the_clock_right()
    {
        TestHost there = new TestHost().Units("ssh.service", "systemd-timesyncd.service inactive dead disabled").Dpkg("apt").Config("/proc/cmdline", "ro\n");
        MadeChanges made = Made(ClockChange.Of, there);
        Assert.Equal([new UnitStep("systemd-timesyncd.service", UnitBoot.Enabled, true)], made.Changes[0].Steps);
        AuditFacts after = Applied.On(Facts(there.State("/run/systemd/timesync/synchronized", 644)), made);
        Judged.Passes(Svc03.Check, after);
        Assert.Same(MadeChanges.None, ClockChange.Of(after, after.Policy));

        Assert.Equal([new PackageStep("chrony", true), new UnitStep("chrony.service", UnitBoot.Enabled, true)], Made(ClockChange.Of, new TestHost().Units("ssh.service").Dpkg("apt")).Changes[0].Steps);
        Change rhel = Assert.Single(Made(ClockChange.Of, new TestHost().OnRhel().Units("sshd.service").Rpm("dnf")).Changes);
        Assert.Equal([new PackageStep("chrony", true), new UnitStep("chronyd.service", UnitBoot.Enabled, true)], rhel.Steps);
        Assert.True(rhel.MayBeLeftOut);
        MadeChanges masked = Made(ClockChange.Of, new TestHost().Units("ssh.service", "chrony.service inactive dead masked").Dpkg("apt"));
        Assert.Empty(masked.Changes);
        Assert.Equal("nothing keeps the clock right (SVC-03): chrony.service is masked, and stays so", Assert.Single(masked.Notes));
    }

    [Fact]
    public void Sudo_gets_a_terminal_and_a_log_and_nothing_else()
    {
        const string sudoers = "Defaults env_reset\nroot ALL=(ALL:ALL) ALL\n%sudo ALL=(ALL:ALL) ALL\n";
        TestHost host = Sudo(sudoers + "@includedir /etc/sudoers.d\n");
        AuditFacts before = Facts(host);
        Judged.Fails(Aut01.Check, before, "sudo logfile", "sudo use_pty");
        MadeChanges made = SudoChange.Of(before, before.Policy);
        Change change = Assert.Single(made.Changes);
        FileStep file = Assert.IsType<FileStep>(Assert.Single(change.Steps));
        Assert.Equal(("/etc/sudoers.d/00-virtward", UnixFileMode.UserRead | UnixFileMode.GroupRead), (file.Path, file.Mode));
        Assert.EndsWith("\nDefaults use_pty\nDefaults logfile=\"/var/log/sudo.log\"\n", file.Content, StringComparison.Ordinal);
        Assert.Equal(["visudo", "-c"], Assert.Single(change.Proofs).Command);
        Assert.Equal(["AUT-01"], change.Checks);
        AuditFacts after = Applied.On(before, made);
        Judged.Passes(Aut01.Check, after);
        Assert.Same(MadeChanges.None, SudoChange.Of(after, after.Policy));

        Assert.Empty(Assert.Single(Made(SudoChange.Of, Sudo(sudoers + "deploy ALL=(ALL) NOPASSWD: ALL\n@includedir /etc/sudoers.d\n")).Changes).Checks);
        Assert.Equal("sudo is left as it is: /etc/sudoers does not read /etc/sudoers.d (AUT-01)", Assert.Single(Made(SudoChange.Of, Sudo(sudoers)).Notes));
        Assert.Equal("sudo is left as it is: a line of sudoers says !use_pty (AUT-01)", Assert.Single(Made(SudoChange.Of, Sudo(sudoers + "Defaults:ada !use_pty\n@includedir /etc/sudoers.d\n")).Notes));

        // What the file has stays in it.
        AuditFacts half = Facts(Sudo(sudoers + "@includedir /etc/sudoers.d\n").Config("/etc/sudoers.d/00-virtward", "# old\nDefaults use_pty\n"));
        Assert.EndsWith("\nDefaults use_pty\nDefaults logfile=\"/var/log/sudo.log\"\n", Assert.IsType<FileStep>(SudoChange.Of(half, half.Policy).Changes[0].Steps[0]).Content, StringComparison.Ordinal);
    }

    [Fact]
    public void Images_are_closed_where_no_guest_can_lose_its_disk()
    {
        TestHost off = Images("644 0 0 regular file").Guest("web1", Disk);
        AuditFacts before = Facts(off);
        Judged.Fails(Lv09.Check, before, "guest web1: images");
        MadeChanges made = ImageModesChange.Of(before, before.Policy);
        Change change = Assert.Single(made.Changes);
        Assert.Equal(["LV-09"], change.Checks);
        CommandStep step = Assert.IsType<CommandStep>(Assert.Single(change.Steps));
        Assert.Equal("640", step.Wanted);
        Assert.Equal(["chmod", "{before}", Image], Assert.Single(step.Undo));
        AuditFacts after = Applied.On(before, made);
        Judged.Passes(Lv09.Check, Applied.On(Audited(off), made));
        Assert.Empty(ImageModesChange.Of(after, after.Policy).Changes);

        // Owned by QEMU's user a running guest keeps it; owned by root the rights of others may be how QEMU got in.
        TestHost running = Images("666 64055 64055 regular file").Guest("web1", Disk).Running("web1", Disk).Processes(LibvirtHost.Process("web1"));
        Assert.Equal("660", Assert.IsType<CommandStep>(Made(ImageModesChange.Of, running).Changes[0].Steps[0]).Wanted);
        MadeChanges left = Made(ImageModesChange.Of, Images("644 0 0 regular file").Guest("web1", Disk).Running("web1", Disk).Processes(LibvirtHost.Process("web1")));
        Assert.Empty(left.Changes);
        Assert.Equal($"{Image} stays open to others (0644): it is not certain that QEMU would still get in (LV-09)", Assert.Single(left.Notes));
        Assert.Empty(Made(ImageModesChange.Of, Images("644 1000 1000 regular file").Guest("web1", Disk)).Changes);
        Assert.Empty(Made(ImageModesChange.Of, Images("660 0 6 block special file").Guest("web1", Disk)).Changes);
        Assert.Empty(Made(ImageModesChange.Of, Images("644 0 0 regular file", "nfs4").Guest("web1", Disk)).Changes);
        Assert.Same(MadeChanges.None, Made(ImageModesChange.Of, Images("644 0 0 regular file").Guest("web1", Disk).Config("/etc/libvirt/qemu.conf", "dynamic_ownership = 0\n")));
        Assert.Same(MadeChanges.None, Made(ImageModesChange.Of, off, "libvirt: { manage: false }"));
    }

    [Fact]
    public void A_guest_whose_format_is_not_said_is_closed_all_the_same_and_not_called_answered()
    {
        Change change = Assert.Single(Made(ImageModesChange.Of, Images("644 0 0 regular file").Guest("web1", Disk.Replace(" type='qcow2'", "", StringComparison.Ordinal))).Changes);
        Assert.Empty(change.Checks);
    }

    [Fact]
    public void Booleans_of_SELinux_that_nobody_needs_are_switched_off()
    {
        TestHost host = Selinux("virt_use_nfs --> on\nvirt_use_samba --> on\nvirt_use_usb --> off\n");
        AuditFacts before = Facts(host);
        Judged.Fails(Mac02.Check, before, "virt_use_nfs", "virt_use_samba");
        MadeChanges made = SelinuxBooleansChange.Of(before, before.Policy);
        CommandStep step = Assert.IsType<CommandStep>(Assert.Single(Assert.Single(made.Changes).Steps));
        Assert.Equal(["getsebool", "virt_use_nfs", "virt_use_samba"], step.Read);
        Assert.Equal("virt_use_nfs --> off\nvirt_use_samba --> off", step.Wanted);
        Assert.Equal(["setsebool", "-P", "virt_use_nfs=on", "virt_use_samba=on"], Assert.Single(step.Undo));
        Assert.Equal(["MAC-02"], made.Changes[0].Checks);
        AuditFacts after = Applied.On(before, made);
        Judged.Passes(Mac02.Check, after);
        Assert.Empty(SelinuxBooleansChange.Of(after, after.Policy).Changes);

        MadeChanges pool = Made(SelinuxBooleansChange.Of, Selinux("virt_use_nfs --> on\n").Config("/etc/libvirt/storage/nas.xml", "<pool type='netfs'><name>nas</name><target><path>/srv/vm</path></target></pool>"));
        Assert.Empty(pool.Changes);
        Assert.Equal("the SELinux boolean virt_use_nfs stays on: the pool nas lies on the network (MAC-02)", Assert.Single(pool.Notes));
        MadeChanges serial = Made(SelinuxBooleansChange.Of, Selinux("virt_use_comm --> on\nvirt_use_rawip --> on\n").Guest("web1", "<serial type='dev'><source path='/dev/ttyS0'/></serial>"));
        Assert.Equal("the SELinux boolean virt_use_comm stays on: the guest web1 has a port of the host (MAC-02)", Assert.Single(serial.Notes));
        Assert.Equal(["getsebool", "virt_use_rawip"], Assert.IsType<CommandStep>(serial.Changes[0].Steps[0]).Read);
        Assert.Empty(serial.Changes[0].Checks);
        Assert.Same(MadeChanges.None, Made(SelinuxBooleansChange.Of, host, "libvirt: { manage: false }"));
    }

    [Fact]
    public void Ways_through_firewalld_that_nobody_needs_are_closed()
    {
        AuditFacts before = Facts(Firewalld("eth0 eth1", "", "yes", "yes"));
        Judged.Fails(Fw11.Check, before, "zone public");
        Judged.Fails(Fw13.Check, before, "zone public");
        MadeChanges made = FirewalldWaysChange.Of(before, before.Policy);
        Change change = Assert.Single(made.Changes);
        Assert.Equal(["FW-11", "FW-13"], change.Checks);
        CommandStep step = Assert.IsType<CommandStep>(change.Steps[0]);
        Assert.True(step.SaysNoByCode);
        Assert.Equal(["firewall-cmd --zone=public --query-forward", "firewall-cmd --zone=public --query-masquerade"], change.Steps.OfType<CommandStep>().Select(static one => string.Join(' ', one.Read)));
        Assert.Equal("firewall-cmd --zone=public --add-forward", string.Join(' ', Assert.Single(step.Undo)));
        Assert.All(change.Lasting.OfType<CommandStep>(), static one => Assert.Equal("--permanent", one.Read[1]));
        Assert.Equal(2, change.Lasting.Length);
        AuditFacts after = Applied.On(before, made);
        Judged.Passes(Fw11.Check, after);
        Judged.Passes(Fw13.Check, after);
        Assert.Same(MadeChanges.None, Made(FirewalldWaysChange.Of, Firewalld("eth0 eth1", "", "yes", "yes"), "firewall: { manage: false }"));
    }

    [Fact]
    public void What_guests_or_the_policy_may_hang_on_stays()
    {
        MadeChanges guests = Made(FirewalldWaysChange.Of, Firewalld("eth0 virbr0", "eth1", "yes", "yes").Network());
        Assert.Empty(guests.Changes);
        Assert.Contains("forward of firewalld's zone public stays: guests behind virbr0 may hang on it (FW-11)", guests.Notes);
        MadeChanges wanted = Made(FirewalldWaysChange.Of, Firewalld("eth0 eth1", "", "yes", "no"), "zones: { management: { interfaces: [eth1] } }\nfirewall: { forward: { management: [internet] } }");
        Assert.Empty(wanted.Changes);
        Assert.Equal("forward of firewalld's zone public stays: the policy has a way between its interfaces (FW-11)", Assert.Single(wanted.Notes));
    }

    private static TestHost Firewalld(string outer, string inner, string forward, string masquerade)
    {
        string Zone(string name, string devices, string forwards, string masquerades) => $"{name} (active)\n  target: default\n  interfaces: {devices}\n  services: ssh\n  forward: {forwards}\n  masquerade: {masquerades}\n\n";
        return new TestHost().OnRhel().Listeners().Text("audit/firewall-units.txt", NetHosts.FirewalldUnits).Units("firewalld.service")
            .Text("audit/firewalld-zones.txt", Zone("public", outer, forward, masquerade) + Zone("internal", inner, "no", "no") + Zone("libvirt", outer.Contains("virbr0", StringComparison.Ordinal) ? "" : "virbr0", "no", "no")).Text("audit/firewalld-policies.txt", "")
            .Config("/etc/firewalld/firewalld.conf", "DefaultZone=public\n").Config("/etc/firewalld/zones/internal.xml", "<zone><service name=\"ssh\"/></zone>")
            .Config("/etc/firewalld/zones/public.xml", $"<zone>{(forward == "yes" ? "<forward/>" : "")}{(masquerade == "yes" ? "<masquerade/>" : "")}</zone>");
    }

    private static TestHost Images(string state, string type = "ext4") => LibvirtHost.Plain().Config("/proc/self/mountinfo", $"22 1 8:2 / / rw - ext4 /dev/sda2 rw\n36 22 0:44 / /var/lib/libvirt/images rw - {type} x rw\n")
        .Config("/etc/passwd", "root:x:0:0::/root:/bin/bash\nlibvirt-qemu:x:64055:64055::/var/lib/libvirt:/usr/sbin/nologin\n")
        .Text("audit/image-states.txt", $"{state}\t{Image}\n711 0 0 directory\t/var/lib/libvirt/images\n")
        .Text(Virtward.Hardening.Inventory.Hypervisor.ImageQuestions.NameOf(Image), $$"""[{"filename":"{{Image}}"}]""");

    private static TestHost Selinux(string booleans) => LibvirtHost.Plain(rhel: true).Rpm("libvirt").Config("/sys/fs/selinux/enforce", "1\n").Config("/etc/selinux/config", "SELINUX=enforcing\n")
        .Config("/proc/self/mountinfo", "22 1 8:2 / / rw - xfs /dev/sda2 rw\n").Text("audit/selinux-booleans.txt", booleans);

    private static TestHost Sudo(string sudoers) => new TestHost().Units("ssh.service").Dpkg("sudo=1.9.13p3-1+deb12u1").Config("/etc/passwd", "root:x:0:0::/root:/bin/bash\nada:x:1000:1000::/home/ada:/bin/bash\n")
        .Config("/etc/shadow", "root:*:1::::::\nada:!:1::::::\n").Config("/etc/sudoers", sudoers).Config("/etc/pam.d/common-auth", "auth required pam_faillock.so preauth\n").Config("/etc/pam.d/su", "auth required pam_wheel.so use_uid\n");

    private static MadeChanges Made(Func<AuditFacts, HostPolicy, MadeChanges> maker, TestHost host, string policy = "")
    {
        AuditFacts facts = Facts(host, policy);
        return maker(facts, facts.Policy);
    }

    private static AuditFacts Audited(TestHost host) => host.Facts(Profile.Isolated, PolicyReader.Read("version: 1\n", "p").Policy!);

    private static AuditFacts Facts(TestHost host, string policy = "") => PlanRead.Of(host.Facts(Profile.Isolated, PolicyReader.Read($"version: 1\n{policy}\n", "p").Policy!));
}
