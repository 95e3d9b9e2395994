using Virtward.Hardening.Inventory;
using Virtward.Hardening.Inventory.Access;
using Virtward.Hardening.Inventory.Guarding;
using Virtward.Hardening.Inventory.Package;
using Virtward.Hardening.Tests.Support;

namespace Virtward.Hardening.Tests.Inventory;

public sealed class GuardingReadersTests
{
    private static Fail2BanConfig? Fail2Ban(params (string Path, string Text)[] files)
    {
        var host = new TestHost();
        foreach ((string path, string text) in files)
        {
            host.Config("/etc/fail2ban/" + path, text);
        }

        return Fail2BanConfig.Read(FileFacts.Read(host.Snapshot));
    }

    [Fact]
    public void Later_files_win_and_names_are_filled_in()
    {
        Fail2BanConfig config = Fail2Ban(
            ("jail.conf", "[DEFAULT]\nbantime = 10m\nx = %(known/x)s base\nfilter = %(__name__)s[mode=a]\n[sshd]\nenabled = false\nlogpath = /var/log/a\n    /var/log/b tail\n"),
            ("jail.local", "[sshd]\nbantime = 1d\n"),
            ("jail.d/z.local", "[sshd]\nenabled = yes\n"),
            ("jail.d/a.conf", "[DEFAULT]\nbantime = 5m\n"))!;
        Fail2BanJail jail = Assert.Single(config.Jails);
        Assert.Equal("sshd", jail.Filter);
        Assert.Equal(86_400, jail.BanTime);
        Assert.Equal("/etc/fail2ban/jail.local", jail.Find("bantime")!.Path);
        Assert.Equal(["/var/log/a", "/var/log/b"], jail.Logs);
        Assert.Equal(" base", jail.Find("x")!.Value);
    }

    [Fact]
    public void Without_files_there_is_no_configuration() => Assert.Null(Fail2Ban());

    [Fact]
    public void Names_that_lead_in_circles_or_double_end()
    {
        string bomb = "[DEFAULT]\nenabled = true\na0 = x\n" + string.Concat(Enumerable.Range(1, 40).Select(static i => $"a{i} = %(a{i - 1})s%(a{i - 1})s\n")) + "loop = %(loop)s%(loop)s\n[j]\nk = %(a40)s\nl = %(loop)s\n";
        Fail2BanJail jail = Fail2Ban(("jail.conf", bomb), ("jail.local", "[INCLUDES]\nbefore = jail.local\n[j]\nm = 1\n"))!.Jails.Single();
        Assert.True(jail.Find("k")!.Value.Length <= 40_000);
        Assert.NotNull(jail.Find("l"));
    }

    [Theory]
    [InlineData("600", 600L)]
    [InlineData("-1", -1L)]
    [InlineData("10m", 600L)]
    [InlineData("1d12h", 129_600L)]
    [InlineData("1h 30m", 5400L)]
    [InlineData("1w", 604_800L)]
    [InlineData("soon", null)]
    [InlineData("99999999999999999999h", null)]
    [InlineData("", null)]
    public void Durations_are_read_as_Fail2Ban_does(string text, long? seconds) => Assert.Equal(seconds, Fail2BanJail.Seconds(text));

    [Fact]
    public void Keys_and_tokens_do_not_enter_a_snapshot()
    {
        string clean = GuardingCleaning.Options("action = cloudflare[cfuser=\"me\", cftoken=\"abc,def\", key=plain]\naction(type=\"omelasticsearch\" uid=\"u\" pwd=\"geheim\")\ncfapikey = 1234\nport = ssh\n");
        Assert.DoesNotContain("abc", clean, StringComparison.Ordinal);
        Assert.DoesNotContain("def", clean, StringComparison.Ordinal);
        Assert.DoesNotContain("plain", clean, StringComparison.Ordinal);
        Assert.DoesNotContain("geheim", clean, StringComparison.Ordinal);
        Assert.DoesNotContain("1234", clean, StringComparison.Ordinal);
        Assert.Contains("cfuser=\"me\"", clean, StringComparison.Ordinal);
        Assert.Contains("port = ssh", clean, StringComparison.Ordinal);
    }

    [Fact]
    public void Passwords_of_boot_loaders_and_modules_do_not_either()
    {
        string grub = AccessCleaning.BootLoader("set timeout=5\nset superusers=\"root\"\npassword_pbkdf2 root grub.pbkdf2.sha512.10000.ABC\npassword joe geheim\n\tpassword_pbkdf2 root ${GRUB2_PASSWORD}\nGRUB2_PASSWORD=grub.pbkdf2.DEF\n");
        Assert.DoesNotContain("ABC", grub, StringComparison.Ordinal);
        Assert.DoesNotContain("geheim", grub, StringComparison.Ordinal);
        Assert.DoesNotContain("DEF", grub, StringComparison.Ordinal);
        Assert.Equal(2, grub.Split("\npassword").Length - 1);
        Assert.DoesNotContain("GRUB2_PASSWORD}", grub, StringComparison.Ordinal);
        Assert.Equal("ro rd.iscsi.password=(removed) quiet\n", AccessCleaning.Words("ro rd.iscsi.password=geheim quiet\n"));
        Assert.Equal("auth optional pam_mysql.so user=root passwd=(removed)", AccessCleaning.Words("auth optional pam_mysql.so user=root passwd=geheim"));
    }

    [Theory]
    [InlineData("6.1.0-18-amd64", "6.1.0-9-amd64", 1)]
    [InlineData("5.14.0-427.16.1.el9_4.x86_64", "5.14.0-427.13.1.el9_4.x86_64", 1)]
    [InlineData("6.12~rc1-amd64", "6.12-amd64", -1)]
    [InlineData("6.1", "6.1", 0)]
    [InlineData("6.1", "6.1.1", -1)]
    public void Kernels_are_compared_by_their_numbers(string left, string right, int sign)
    {
        Assert.Equal(sign, Math.Sign(KernelVersion.Compare(left, right)));
        Assert.Equal(-sign, Math.Sign(KernelVersion.Compare(right, left)));
    }

    [Fact]
    public void PAM_files_that_include_each_other_end()
    {
        AccessFacts facts = AccessFacts.Read(new TestHost().Config("/etc/pam.d/a", "@include b\nauth required pam_x.so\n").Config("/etc/pam.d/b", "auth include a\nauth required pam_y.so # why\n").Snapshot);
        Assert.Equal(["auth required pam_y.so", "auth required pam_x.so"], facts.Pam("a").Select(static line => line.Text));
    }

    [Theory]
    [InlineData("\0\0\0\0")]
    [InlineData("[[[[[=====")]
    [InlineData("{{{\"\"\"'''")]
    [InlineData("%(a)s %( %()s \\\n\\\n\\")]
    public void Garbage_everywhere_breaks_no_reader(string garbage)
    {
        string huge = garbage + new string('x', 200_000) + "\n" + string.Concat(Enumerable.Repeat(garbage + "\n", 500));
        var host = new TestHost();
        foreach (string path in new[] { "/etc/passwd", "/etc/shadow", "/etc/sudoers", "/etc/sudoers.d/x", "/etc/pam.d/common-auth", "/etc/pam.d/su", "/etc/login.defs", "/etc/security/faillock.conf", "/proc/cmdline", "/proc/self/mountinfo",
            "/sys/fs/selinux/enforce", "/etc/selinux/config", "/sys/kernel/security/apparmor/profiles", "/etc/audit/rules.d/x.rules", "/boot/grub/grub.cfg", "/etc/kdump.conf", "/etc/libvirt/storage/x.xml",
            "/etc/apt/apt.conf.d/x", "/etc/apt/sources.list", "/etc/apt/sources.list.d/x.sources", "/etc/yum.repos.d/x.repo", "/etc/dnf/dnf.conf", "/etc/dnf/automatic.conf", "/etc/fail2ban/jail.conf", "/etc/fail2ban/jail.local",
            "/etc/systemd/journald.conf", "/etc/rsyslog.conf", "/etc/firewalld/zones/x.xml", "/run/reboot-required" })
        {
            host.Config(path, huge);
        }

        foreach (string name in new[] { "selinux-booleans", "audit-rules", "audit-status", "denials-audit", "denials-journal", "labels", "labels-pools", "updates-apt", "updates-dnf", "needs-reboot", "needs-restart", "needrestart", "journal-sshd", "chrony" })
        {
            host.Text($"audit/{name}.txt", huge);
        }

        AuditFacts facts = host.Units("auditd.service", "fail2ban.service", "rsyslog.service", "chrony.service", "kdump.service").Dpkg("unattended-upgrades", "libvirt-daemon-system", "sudo").Facts();
        Assert.All(Virtward.Hardening.Checks.Catalogue.All, check => check.Judge(facts));
        AuditFacts rhel = host.OnRhel().Facts();
        Assert.All(Virtward.Hardening.Checks.Catalogue.All, check => check.Judge(rhel));
        GuardingCleaning.Options(huge);
        AccessCleaning.BootLoader(huge);
        AccessCleaning.Words(huge);
    }
}
