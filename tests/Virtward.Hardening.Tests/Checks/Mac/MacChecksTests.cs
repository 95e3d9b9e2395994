using Virtward.Hardening.Checks;
using Virtward.Hardening.Checks.Mac;
using Virtward.Hardening.Tests.Support;

namespace Virtward.Hardening.Tests.Checks.Mac;

public sealed class MacChecksTests
{
    private const string Profiles = "/sys/kernel/security/apparmor/profiles";
    private const string Guest = "libvirt-5c5bd0ba-1111-2222-3333-444455556666";

    private static TestHost Selinux() => new TestHost().OnRhel().Config("/proc/cmdline", "ro quiet\n").Config("/sys/fs/selinux/enforce", "1").Config("/etc/selinux/config", "# x\nSELINUX=enforcing\nSELINUXTYPE=targeted\n")
        .Config("/proc/self/mountinfo", "22 1 8:1 / / rw - xfs /dev/sda1 rw\n");

    private static TestHost AppArmor() => new TestHost().Config("/proc/cmdline", "ro quiet\n").Config("/sys/module/apparmor/parameters/enabled", "Y\n").Dpkg("libvirt-daemon-system")
        .Config(Profiles, $"libvirtd (enforce)\nlibvirtd//qemu_bridge_helper (enforce)\nvirt-aa-helper (enforce)\n{Guest} (enforce)\n/usr/bin/man (enforce)\nfirefox (complain)\n");

    [Fact]
    public void Whichever_of_the_two_enforces_is_right()
    {
        Judged.Passes(Mac01.Check, Selinux().Facts());
        Judged.Passes(Mac01.Check, AppArmor().Facts());
        Judged.Passes(Mac01.Check, AppArmor().Dpkg("nginx").Config(Profiles, "man (enforce)\n").Facts());
    }

    [Fact]
    public void Permissive_off_and_off_at_the_next_boot_are_found()
    {
        Judged.Fails(Mac01.Check, Selinux().Config("/sys/fs/selinux/enforce", "0").Facts(), "SELinux");
        Judged.Fails(Mac01.Check, Selinux().Config("/etc/selinux/config", "SELINUX=permissive\n").Facts(), "/etc/selinux/config");
        Judged.Fails(Mac01.Check, new TestHost().OnRhel().Config("/proc/cmdline", "ro selinux=0\n").Config("/etc/selinux/config", "SELINUX=enforcing\n").Facts(), "SELinux", "selinux=0");
        Judged.Fails(Mac01.Check, new TestHost().Config("/proc/cmdline", "ro apparmor=0\n").Facts(), "AppArmor", "apparmor=0");
    }

    [Fact]
    public void Each_of_libvirts_profiles_and_each_guests_must_hold()
    {
        Judged.Fails(Mac01.Check, AppArmor().Config(Profiles, $"libvirtd (complain)\nvirt-aa-helper (enforce)\n{Guest} (complain)\n").Facts(), "libvirtd", Guest);
        Judged.Fails(Mac01.Check, AppArmor().Config(Profiles, "man (enforce)\n").Facts(), "libvirtd", "virt-aa-helper");
    }

    [Fact]
    public void What_was_not_read_is_unknown()
    {
        Judged.IsUnknown(Mac01.Check, new TestHost().Facts());
        Judged.IsUnknown(Mac01.Check, AppArmor().Unreadable(Profiles).WithoutRoot().Facts());
        Judged.IsUnknown(Mac01.Check, new TestHost().OnRhel().Config("/proc/cmdline", "x").Config("/sys/fs/selinux/enforce", "1").Facts());
    }

    [Fact]
    public void Booleans_that_open_sVirt_are_found_unless_something_needs_them()
    {
        Judged.Passes(Mac02.Check, Selinux().Text("audit/selinux-booleans.txt", "virt_use_nfs --> off\nhttpd_can_network_connect --> on\n").Facts());
        Judged.Fails(Mac02.Check, Selinux().Text("audit/selinux-booleans.txt", "virt_use_nfs --> on\nvirt_use_samba --> on\n").Facts(), "virt_use_nfs", "virt_use_samba");
        Judged.Passes(Mac02.Check, Selinux().Config("/proc/self/mountinfo", "36 35 0:44 / /srv/vm rw,noatime shared:1 - nfs4 nas:/vm rw\n").Text("audit/selinux-booleans.txt", "virt_use_nfs --> on\n").Facts());
        Judged.Fails(Mac02.Check, Selinux().Config("/proc/self/mountinfo", "37 35 0:45 / /proc/fs/nfsd rw - nfsd nfsd rw\n38 35 0:46 / /sys/fs/fuse/connections rw - fusectl fusectl rw\n").Text("audit/selinux-booleans.txt", "virt_use_nfs --> on\nvirt_use_fusefs --> on\n").Facts(), "virt_use_fusefs", "virt_use_nfs");
        Judged.DoesNotApply(Mac02.Check, AppArmor().Facts());
        Judged.IsUnknown(Mac02.Check, Selinux().Facts());
    }

    [Fact]
    public void Labels_of_images_and_pools_are_compared()
    {
        const string image = "/var/lib/libvirt/images/web1.qcow2";
        TestHost host = Selinux().State(image, 600).Config("/etc/libvirt/storage/vm.xml", "<pool type='dir'>\n<source/>\n<target>\n<path>/srv/vm</path>\n</target>\n</pool>\n");
        Judged.IsUnknown(Mac03.Check, host.Facts());
        host.Text("audit/labels-pools.txt", "/srv/vm/image.qcow2\tsystem_u:object_r:virt_image_t:s0\n");
        Judged.Passes(Mac03.Check, host.Text("audit/labels.txt", $"{image} has context system_u:object_r:svirt_image_t:s0:c1,c2, should be system_u:object_r:virt_image_t:s0\n").Facts());
        Judged.Fails(Mac03.Check, host.Text("audit/labels.txt", $"{image} has context unconfined_u:object_r:default_t:s0, should be system_u:object_r:virt_image_t:s0\n").Facts(), image);
        Judged.Fails(Mac03.Check, host.Text("audit/labels.txt", $"{image} verified.\n").Text("audit/labels-pools.txt", "/srv/vm/image.qcow2\tsystem_u:object_r:var_t:s0\n").Facts(), "pool /srv/vm");
        Judged.DoesNotApply(Mac03.Check, AppArmor().Facts());
    }

    private const string Rules = """
        -w /etc/libvirt -p wa -k libvirt
        -w /etc/ssh -p wa -k ssh
        -w /etc/firewalld -p wa -k fw
        -a always,exit -S all -F path=/usr/sbin/nft -F perm=x -F key=nft
        -w /usr/bin/virsh -p x
        -a always,exit -F arch=b64 -S init_module,finit_module,delete_module -F key=modules
        -a always,exit -F arch=b64 -S adjtimex,settimeofday -F key=time
        """;

    [Fact]
    public void Auditd_runs_with_rules_for_what_counts()
    {
        TestHost host = new TestHost().Units("auditd.service").Text("audit/audit-rules.txt", Rules).Text("audit/audit-status.txt", "enabled 1\nfailure 1\n");
        Judged.Passes(Mac04.Check, host.Facts());
        Judged.Fails(Mac04.Check, host.Text("audit/audit-status.txt", "enabled 0\n").Facts(), "audit enabled");
        Judged.Fails(Mac04.Check, host.Text("audit/audit-status.txt", "enabled 2\n").Text("audit/audit-rules.txt", Rules.Replace("/usr/bin/virsh", "/usr/bin/true", StringComparison.Ordinal)).Facts(), "virsh");
        Judged.Fails(Mac04.Check, new TestHost().Units("auditd.service").Text("audit/audit-rules.txt", "No rules\n").Facts(), "/etc/libvirt", "/etc/ssh", "firewall", "modules", "nft", "time", "virsh");
        Judged.Fails(Mac04.Check, new TestHost().Units("ssh.service").Facts(), "auditd.service");
    }

    [Fact]
    public void Rules_in_files_alone_prove_nothing_about_the_kernel()
    {
        TestHost host = new TestHost().Units("auditd.service").Lacks("audit/audit-rules.txt", "it may need root: auditctl ended with 4");
        Judged.IsUnknown(Mac04.Check, host.Facts());
        Judged.IsUnknown(Mac04.Check, host.Config("/etc/audit/rules.d/audit.rules", Rules).Facts());
        Judged.IsUnknown(Mac04.Check, new TestHost().Facts());
        Judged.DoesNotApply(Mac04.Check, host.Facts(Profile.Lab));
    }

    [Fact]
    public void Denials_of_guests_are_told_others_are_not()
    {
        long now = TestHost.Now.ToUnixTimeSeconds();
        TestHost host = new TestHost().Units("ssh.service").Text("audit/denials-journal.txt", "");
        Judged.Passes(Mac05.Check, host.Facts());
        Judged.Fails(Mac05.Check, host.Text("audit/denials-journal.txt", $"{now - 60}.1 kvm1 kernel: audit: type=1400 apparmor=\"DENIED\" operation=\"open\" profile=\"{Guest}\" name=\"/etc/shadow\" pid=1 comm=\"qemu-system-x86\"\n").Facts(), Guest);
        Judged.Passes(Mac05.Check, host.Text("audit/denials-journal.txt", $"{now - 60}.1 kvm1 kernel: apparmor=\"DENIED\" operation=\"open\" profile=\"man\" name=\"/x/libvirt-1\"\n").Facts());
        Judged.Passes(Mac05.Check, host.Text("audit/denials-journal.txt", $"{now - 200_000}.1 kvm1 kernel: apparmor=\"DENIED\" operation=\"open\" profile=\"{Guest}\"\n").Facts());
        Judged.Fails(Mac05.Check, Selinux().Units("auditd.service").Text("audit/denials-audit.txt", $"type=AVC msg=audit({now - 60}.123:456): avc:  denied  {{ read }} for  pid=9 comm=\"qemu-kvm\" name=\"x\" scontext=system_u:system_r:svirt_t:s0:c1,c2 tcontext=system_u:object_r:default_t:s0 tclass=file permissive=0\n").Facts(), "svirt_t");
    }

    [Fact]
    public void Denials_that_could_not_be_read_are_unknown()
    {
        Judged.IsUnknown(Mac05.Check, new TestHost().Facts());
        Judged.IsUnknown(Mac05.Check, new TestHost().Units("auditd.service").Text("audit/denials-journal.txt", "").Facts());
        Judged.IsUnknown(Mac05.Check, new TestHost().WithoutRoot().Units("ssh.service").Text("audit/denials-journal.txt", "").Facts());
    }
}
