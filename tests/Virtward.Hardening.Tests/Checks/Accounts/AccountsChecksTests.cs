using Virtward.Hardening.Checks;
using Virtward.Hardening.Checks.Accounts;
using Virtward.Hardening.Tests.Support;

namespace Virtward.Hardening.Tests.Checks.Accounts;

public sealed class AccountsChecksTests
{
    private const string Passwd = "root:x:0:0:root:/root:/bin/bash\ndaemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin\nada:x:1000:1000::/home/ada:/bin/bash\n";
    private const string Sudoers = "Defaults\tenv_reset\nDefaults use_pty\nDefaults logfile=\"/var/log/sudo.log\"\nroot ALL=(ALL:ALL) ALL\n%sudo ALL=(ALL:ALL) ALL\n@includedir /etc/sudoers.d\n";
    private const string Auth = "auth requisite pam_faillock.so preauth\nauth [success=1 default=ignore] pam_unix.so nullok\nauth [default=die] pam_faillock.so authfail\n";

    private static TestHost Host() => new TestHost().Dpkg("sudo=1.9.13p3-1+deb12u1")
        .Config("/etc/passwd", Passwd).Config("/etc/shadow", "root:*:19000::::::\ndaemon:*:19000::::::\nada:(hash):19000::::::\n")
        .Config("/etc/sudoers", Sudoers).Config("/etc/pam.d/common-auth", Auth).Config("/etc/pam.d/su", "auth sufficient pam_rootok.so\nauth required pam_wheel.so use_uid\n@include common-auth\n")
        .Config("/etc/login.defs", "UMASK\t\t027\n");

    [Fact]
    public void A_host_that_keeps_root_to_root_passes()
    {
        Judged.Passes(Aut01.Check, Host().Facts());
        Judged.Passes(Aut01.Check, Host().OnRhel().Rpm("sudo").Config("/etc/pam.d/system-auth", Auth).Config("/etc/pam.d/password-auth", Auth).Facts());
        Judged.Passes(Aut01.Check, Host().Config("/etc/sudoers", Sudoers.Replace("Defaults use_pty\n", "", StringComparison.Ordinal)).Dpkg("sudo=1.9.16p2-3").Facts());
    }

    [Fact]
    public void A_second_root_and_empty_passwords_are_found()
    {
        Outcome outcome = Judged.Fails(Aut01.Check, Host().Config("/etc/passwd", Passwd + "toor:x:0:0::/root:/bin/sh\n").Config("/etc/shadow", "root:*:1::::::\nada::1::::::\ntoor:*:1::::::\n").Facts(), "account ada", "account toor");
        Assert.All(outcome.Findings, static finding => Assert.Equal(Severity.High, finding.Severity));
    }

    [Theory]
    [InlineData("deploy ALL=(ALL) NOPASSWD: ALL", "sudo deploy")]
    [InlineData("%wheel ALL=(ALL:ALL) NOPASSWD:SETENV: ALL", "sudo %wheel")]
    [InlineData("debian ALL = \\\n  NOPASSWD: /usr/bin/id, ALL", "sudo debian")]
    [InlineData("Defaults !authenticate", "sudo everybody")]
    [InlineData("Defaults:deploy !authenticate", "sudo deploy")]
    public void Becoming_root_without_a_password_is_found(string line, string subject) =>
        Judged.Fails(Aut01.Check, Host().Config("/etc/sudoers.d/90-cloud", line + "\n").Facts(), subject);

    [Theory]
    [InlineData("zabbix ALL=(root) NOPASSWD: /usr/bin/virsh list --all")]
    [InlineData("# deploy ALL=(ALL) NOPASSWD: ALL")]
    [InlineData("root ALL=(ALL) NOPASSWD: ALL")]
    [InlineData("Cmnd_Alias NOPASSWDS = ALL")]
    public void Single_commands_and_comments_are_not(string line) =>
        Judged.Passes(Aut01.Check, Host().Config("/etc/sudoers.d/90-x", line + "\n").Facts());

    [Fact]
    public void Files_that_sudo_passes_over_count_for_nothing() =>
        Judged.Passes(Aut01.Check, Host().Config("/etc/sudoers.d/90-x.bak", "deploy ALL=(ALL) NOPASSWD: ALL\n").Config("/etc/sudoers.d/old~", "deploy ALL=(ALL) NOPASSWD: ALL\n").Facts());

    [Fact]
    public void What_sudo_and_PAM_lack_is_found_and_the_lab_asks_for_less()
    {
        TestHost host = Host().Config("/etc/sudoers", "root ALL=(ALL) ALL\n").Config("/etc/pam.d/common-auth", "auth required pam_unix.so\n").Config("/etc/pam.d/su", "auth sufficient pam_rootok.so\n# auth required pam_wheel.so\n").Config("/etc/login.defs", "UMASK 022\n");
        Judged.Fails(Aut01.Check, host.Facts(), "UMASK", "faillock common-auth", "su", "sudo logfile", "sudo use_pty");
        Judged.Fails(Aut01.Check, host.Facts(Profile.Lab), "faillock common-auth");
        Judged.Fails(Aut01.Check, Host().Config("/etc/security/faillock.conf", "# deny = 3\ndeny = 20\n").Facts(), "faillock common-auth");
    }

    [Fact]
    public void Without_root_shadow_and_sudoers_are_unknown()
    {
        Judged.IsUnknown(Aut01.Check, new TestHost().Facts());
        Judged.IsUnknown(Aut01.Check, Host().Unreadable("/etc/shadow").Facts());
        Judged.IsUnknown(Aut01.Check, Host().Unreadable("/etc/sudoers").Facts());
    }

    private static TestHost Modes() => new TestHost()
        .State("/etc", 755, kind: "directory").State("/etc/passwd", 644).State("/etc/shadow", 640, gid: 42).State("/etc/gshadow", 0).State("/usr/bin/sudo", 4755).State("/usr/lib/openssh/ssh-keysign", 4755)
        .State("/usr/lib/x86_64-linux-gnu/utempter/utempter", 2755, gid: 43).State("/etc/ssl/private/host.key", 640, gid: 110).State("/etc/sudoers", 440).State("/etc/mtab", 777, kind: "link", target: "/proc/mounts");

    [Fact]
    public void Right_modes_and_known_programs_pass()
    {
        Judged.Passes(Aut02.Check, Modes().Facts());
        Judged.IsUnknown(Aut02.Check, Modes().WithoutRoot().Facts());
        Judged.IsUnknown(Aut02.Check, new TestHost().Facts());
    }

    [Theory]
    [InlineData("/etc/shadow", 644, 0u, "/etc/shadow")]
    [InlineData("/etc/passwd", 664, 0u, "/etc/passwd")]
    [InlineData("/etc/passwd", 644, 1000u, "/etc/passwd")]
    [InlineData("/etc/pki/libvirt/private/serverkey.pem", 644, 0u, "/etc/pki/libvirt/private/serverkey.pem")]
    [InlineData("/etc/wireguard/wg0.conf", 644, 0u, "/etc/wireguard/wg0.conf")]
    [InlineData("/usr/local/bin/su", 4755, 0u, "/usr/local/bin/su")]
    [InlineData("/usr/bin/find", 4755, 0u, "/usr/bin/find")]
    [InlineData("/usr/lib/evil/openssh/ssh-keysign", 4755, 0u, "/usr/lib/evil/openssh/ssh-keysign")]
    [InlineData("/usr/bin/tool", 777, 0u, "/usr/bin/tool writable")]
    [InlineData("/etc/profile.d/x.sh", 666, 0u, "/etc/profile.d/x.sh writable")]
    public void What_is_too_wide_is_found(string path, int mode, uint uid, string subject) =>
        Judged.Fails(Aut02.Check, Modes().State(path, mode, uid).Facts(), subject);

    [Fact]
    public void A_sticky_directory_and_what_lies_elsewhere_are_left_alone() =>
        Judged.Passes(Aut02.Check, Modes().State("/usr/local/tmp", 1777, kind: "directory").State("/var/log/x", 666).Facts());

    [Fact]
    public void The_boot_line_and_grubs_password()
    {
        TestHost host = new TestHost().Config("/proc/cmdline", "BOOT_IMAGE=/vmlinuz root=/dev/sda1 ro audit=1 quiet\n").Units("auditd.service").Config("/boot/grub/grub.cfg", "set superusers=\"root\"\npassword_pbkdf2 root (removed)\n");
        Judged.Passes(Boot01.Check, host.Facts());
        Judged.Fails(Boot01.Check, host.Config("/boot/grub/grub.cfg", "\n\nset timeout=5\n").Facts(), "grub password");
        Judged.Fails(Boot01.Check, host.Config("/proc/cmdline", "ro mitigations=off intel_iommu=off\n").Facts(), "audit=1", "grub password", "intel_iommu=off", "mitigations=off");
        Judged.IsUnknown(Boot01.Check, host.Config("/proc/cmdline", "ro audit=1\n").Unreadable("/boot/grub/grub.cfg").Facts());
        Judged.IsUnknown(Boot01.Check, new TestHost().Facts());
        Judged.Passes(Boot01.Check, new TestHost().Config("/proc/cmdline", "ro\n").Facts(Profile.Lab));
    }

    [Fact]
    public void On_RHEL_the_password_lies_in_a_file_of_its_own()
    {
        TestHost host = new TestHost().OnRhel().Config("/proc/cmdline", "ro\n").Config("/boot/grub2/grub.cfg", "\n");
        Judged.Fails(Boot01.Check, host.Facts(), "grub password");
        Judged.Passes(Boot01.Check, host.Config("/boot/grub2/user.cfg", "GRUB2_PASSWORD=(removed)\n").Facts());
    }
}
