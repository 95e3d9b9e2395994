using Virtward.Hardening.Checks;
using Virtward.Hardening.Checks.Updates;
using Virtward.Hardening.Tests.Support;

namespace Virtward.Hardening.Tests.Checks.Updates;

public sealed class UpdatesChecksTests
{
    private const string Periodic = """
        // by dpkg-reconfigure
        APT::Periodic::Update-Package-Lists "1";
        APT::Periodic::Unattended-Upgrade "1";
        """;

    private const string Origins = """
        Unattended-Upgrade::Origins-Pattern {
                //      "origin=Debian,codename=${distro_codename}-updates";
                "origin=Debian,codename=${distro_codename},label=Debian";
                "origin=Debian,codename=${distro_codename}-security,label=Debian-Security";
        };
        """;

    private static TestHost Debian() => new TestHost()
        .Dpkg("unattended-upgrades")
        .Units("apt-daily.timer active waiting", "apt-daily-upgrade.timer active waiting")
        .Config("/etc/apt/apt.conf.d/20auto-upgrades", Periodic)
        .Config("/etc/apt/apt.conf.d/50unattended-upgrades", Origins)
        .State("/var/lib/apt/periodic/unattended-upgrades-stamp", 644, modified: TestHost.Now.AddHours(-20));

    private static TestHost Rhel(string automatic = "[commands]\nupgrade_type = security\napply_updates = yes\n") => new TestHost().OnRhel()
        .Rpm("dnf-automatic")
        .Units("dnf-automatic.timer active waiting")
        .Config("/etc/dnf/automatic.conf", automatic)
        .State("/var/lib/systemd/timers/stamp-dnf-automatic.timer", 644, modified: TestHost.Now.AddHours(-20));

    [Fact]
    public void Updates_that_install_themselves_pass_in_both_families()
    {
        Judged.Passes(Upd01.Check, Debian().Facts());
        Judged.Passes(Upd01.Check, Rhel().Facts());
        Judged.Passes(Upd01.Check, Rhel("").Units("dnf-automatic-install.timer active waiting").State("/var/lib/systemd/timers/stamp-dnf-automatic-install.timer", 644, modified: TestHost.Now).Facts());
    }

    [Fact]
    public void On_Debian_each_missing_part_is_found()
    {
        Judged.Fails(Upd01.Check, Debian().Dpkg("apt").Facts(), "unattended-upgrades");
        Judged.Fails(Upd01.Check, Debian().Config("/etc/apt/apt.conf.d/99local", "APT { Periodic { Unattended-Upgrade \"0\"; }; };").Facts(), "APT::Periodic::Unattended-Upgrade");
        Finding late = Judged.Fails(Upd01.Check, Debian().Config("/etc/apt/apt.conf.d/99zz", "APT::Periodic::Unattended-Upgrade \"0\";").Facts(), "APT::Periodic::Unattended-Upgrade").Findings[0];
        Assert.Contains("/etc/apt/apt.conf.d/99zz:1: take out", late.Remedy.Steps[0], StringComparison.Ordinal);
        Assert.StartsWith("apt-get install", Judged.Fails(Upd01.Check, Debian().Config("/etc/apt/apt.conf.d/20auto-upgrades", "APT::Periodic::Update-Package-Lists \"1\";\nAPT::Periodic::Unattended-Upgrade \"0\";").Facts(), "APT::Periodic::Unattended-Upgrade").Findings[0].Remedy.Steps[0], StringComparison.Ordinal);
        Judged.Fails(Upd01.Check, Debian().Config("/etc/apt/apt.conf.d/20auto-upgrades", "").Facts(), "APT::Periodic::Unattended-Upgrade", "APT::Periodic::Update-Package-Lists");
        Judged.Fails(Upd01.Check, Debian().Config("/etc/apt/apt.conf.d/99local", "#clear Unattended-Upgrade::Origins-Pattern;\nUnattended-Upgrade::Origins-Pattern:: \"origin=Debian,label=Debian\";").Facts(), "Unattended-Upgrade::Origins-Pattern");
        Judged.Fails(Upd01.Check, Debian().Units("apt-daily.timer active waiting", "apt-daily-upgrade.timer inactive dead masked").Facts(), "apt-daily-upgrade.timer");
        Judged.Fails(Upd01.Check, Debian().State("/var/lib/apt/periodic/unattended-upgrades-stamp", 644, modified: TestHost.Now.AddDays(-9)).Facts(), "last run");
    }

    [Fact]
    public void A_file_that_apt_does_not_read_counts_for_nothing() =>
        Judged.Passes(Upd01.Check, Debian().Config("/etc/apt/apt.conf.d/99local.bak", "APT::Periodic::Unattended-Upgrade \"0\";").Facts());

    [Fact]
    public void Ubuntus_form_of_the_origins_is_known() =>
        Judged.Passes(Upd01.Check, Debian().On("ID=ubuntu\nID_LIKE=debian\nVERSION_ID=\"24.04\"\n").Config("/etc/apt/apt.conf.d/50unattended-upgrades", "Unattended-Upgrade::Allowed-Origins {\n \"${distro_id}:${distro_codename}\";\n \"${distro_id}:${distro_codename}-security\";\n};").Facts());

    [Fact]
    public void What_was_set_up_today_need_not_have_run_yet()
    {
        TestHost host = new TestHost().Dpkg("unattended-upgrades").Units("apt-daily.timer active waiting", "apt-daily-upgrade.timer active waiting")
            .Config("/etc/apt/apt.conf.d/20auto-upgrades", Periodic).Config("/etc/apt/apt.conf.d/50unattended-upgrades", Origins);
        Judged.IsUnknown(Upd01.Check, host.Facts());
        Judged.Passes(Upd01.Check, host.State("/var/lib/dpkg/info/unattended-upgrades.list", 644, modified: TestHost.Now.AddHours(-1)).Facts());
    }

    [Fact]
    public void On_RHEL_a_timer_that_only_downloads_is_found()
    {
        Judged.Fails(Upd01.Check, Rhel("[commands]\nupgrade_type = security\ndownload_updates = yes\n").Facts(), "apply_updates");
        Judged.Fails(Upd01.Check, Rhel().Units("dnf-automatic-download.timer active waiting").Facts(), "dnf-automatic");
        Judged.Fails(Upd01.Check, Rhel().Units("sshd.service").Facts(), "dnf-automatic");
        Judged.Fails(Upd01.Check, Rhel().On("ID=\"centos\"\nID_LIKE=\"rhel fedora\"\nVERSION_ID=\"9\"\n").Facts(), "upgrade_type");
    }

    // An image that is mounted: what starts at boot is known, what runs is not.
    [Fact]
    public void In_another_root_on_RHEL_what_starts_at_boot_tells_what_is_wrong()
    {
        static TestHost Image(string settings, params string[] units) => Rhel(settings).Units(units).Lacks("audit/units.json", "another root was looked at, not a running system");
        Outcome outcome = Judged.Fails(Upd01.Check, Image("[commands]\napply_updates = no\n", "dnf-automatic.timer inactive dead enabled").Facts(), "apply_updates");
        Assert.Contains("another root", outcome.Unseen, StringComparison.Ordinal);
        Judged.Fails(Upd01.Check, Image("", "dnf-automatic.timer inactive dead disabled").Facts(), "dnf-automatic");
        Judged.IsUnknown(Upd01.Check, Image("[commands]\napply_updates = yes\n", "dnf-automatic.timer inactive dead enabled").Facts());
    }

    [Theory]
    [InlineData("ol", "9.5", "2032-05-31")]
    [InlineData("centos", "10", "2030-05-31")]
    [InlineData("rocky", "10.0", "2035-05-31")]
    public void The_rebuilds_of_RHEL_have_an_end(string id, string version, string end)
    {
        Virtward.Hardening.Inventory.Distribution distribution = new TestHost().On($"ID=\"{id}\"\nID_LIKE=\"rhel fedora\"\nVERSION_ID=\"{version}\"\n").Facts().Distribution;
        Assert.Equal(end, ReleaseEnds.Find(distribution)?.Ends.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture));
    }

    [Theory]
    [InlineData("rhel", "dnf install https://dl.fedoraproject.org/pub/epel/epel-release-latest-9.noarch.rpm && dnf install restic")]
    [InlineData("rocky", "dnf install epel-release && dnf install restic")]
    [InlineData("ol", "dnf install oracle-epel-release-el9 && dnf install restic")]
    [InlineData("debian", "apt-get install restic")]
    public void What_EPEL_has_comes_with_EPEL_as_each_distribution_has_it(string id, string command) =>
        Assert.Equal(command, new TestHost().On($"ID={id}\nID_LIKE={(id == "debian" ? "debian" : "fedora")}\nVERSION_ID=9.5\n").Facts().Distribution.InstallFromEpel("restic"));

    [Fact]
    public void Without_packages_or_units_nothing_is_known()
    {
        Judged.IsUnknown(Upd01.Check, new TestHost().Facts());
        Judged.IsUnknown(Upd01.Check, new TestHost().OnRhel().Facts());
    }

    [Fact]
    public void Pending_security_updates_are_told_those_of_the_walls_first()
    {
        TestHost host = new TestHost().State("/var/lib/apt/periodic/update-success-stamp", 644, modified: TestHost.Now.AddHours(-3))
            .State("/var/lib/apt/lists/deb.debian.org_debian-security_dists_bookworm-security_InRelease", 644);
        Judged.Passes(Upd02.Check, host.Text("audit/updates-apt.txt", "tzdata/stable-updates 2025b amd64 [upgradable from: 2025a]\n").Facts());
        Outcome outcome = Judged.Fails(Upd02.Check, host.Text("audit/updates-apt.txt", "unzip/stable-security 6.0-28 amd64 [upgradable from: 6.0-27]\nqemu-system-x86/stable-updates,stable-security 1:7.2 amd64 [upgradable from: 1:7.1]\n").Facts(), "security updates");
        Assert.Equal("qemu-system-x86", outcome.Findings[0].Evidence[0].Where);
        Assert.Null(outcome.Findings[0].Severity);
    }

    [Fact]
    public void Dnf_tells_security_updates_in_both_of_its_generations()
    {
        TestHost host = new TestHost().OnRhel().State("/var/cache/dnf/baseos-1/repodata/repomd.xml", 644, modified: TestHost.Now.AddHours(-3));
        Judged.Passes(Upd02.Check, host.Text("audit/updates-dnf.txt", "").Facts());
        Outcome four = Judged.Fails(Upd02.Check, host.Text("audit/updates-dnf.txt", "RLSA-2024:2394 Important/Sec. kernel-core-5.14.0-427.13.1.el9_4.x86_64\nRLSA-2024:2394 Important/Sec. kernel-core-5.14.0-427.16.1.el9_4.x86_64\n").Facts(), "security updates");
        Assert.Equal("kernel-core", Assert.Single(four.Findings[0].Evidence).Where);
        Judged.Fails(Upd02.Check, host.Text("audit/updates-dnf.txt", "Name Type Severity Package Issued\nFEDORA-2024-1 security Moderate vim-common-9.1-1.fc40.x86_64 2024-05-01 12:00:00\n").Facts(), "security updates");
    }

    [Fact]
    public void Old_lists_are_found_and_unknown_ones_said()
    {
        TestHost host = new TestHost().Text("audit/updates-apt.txt", "");
        Judged.IsUnknown(Upd02.Check, host.Facts());
        Judged.IsUnknown(Upd02.Check, host.State("/var/lib/apt/lists/partial", 700, modified: TestHost.Now.AddDays(-5)).Facts());
        Judged.Fails(Upd02.Check, host.State("/var/lib/apt/lists/deb.debian.org_debian-security_dists_bookworm-security_InRelease", 644).Facts(), "package lists");
        Judged.IsUnknown(Upd02.Check, new TestHost().Lacks("audit/updates-apt.txt", "apt is not installed").Facts());
    }

    private static TestHost Running() => new TestHost()
        .Text("audit/needrestart.txt", "NEEDRESTART-VER: 3.6\nNEEDRESTART-KCUR: 6.1.0-18-amd64\nNEEDRESTART-KEXP: 6.1.0-18-amd64\nNEEDRESTART-KSTA: 1\n")
        .State("/boot/vmlinuz-6.1.0-9-amd64", 644).State("/boot/vmlinuz-6.1.0-18-amd64", 644)
        .State("/proc/1/exe", 777, kind: "link", target: "/usr/lib/systemd/systemd");

    [Fact]
    public void What_runs_is_what_is_installed()
    {
        Judged.Passes(Upd03.Check, Running().Facts());
        Judged.IsUnknown(Upd03.Check, Running().Lacks("audit/needrestart.txt", "needrestart is not installed").Facts());
        Judged.IsUnknown(Upd03.Check, Running().WithoutRoot().Facts());
        Judged.IsUnknown(Upd03.Check, new TestHost().Facts());
    }

    [Fact]
    public void A_newer_kernel_a_replaced_QEMU_and_old_libraries_are_found()
    {
        Judged.Fails(Upd03.Check, Running().State("/boot/vmlinuz-6.1.0-21-amd64", 644).State("/boot/vmlinuz-6.9.0-1-rt-amd64", 644).Facts(), "kernel");
        Judged.Fails(Upd03.Check, Running().Config("/run/reboot-required", "*** System restart required ***\n").Config("/run/reboot-required.pkgs", "linux-image-amd64\n").Facts(), "kernel");
        Outcome outcome = Judged.Fails(Upd03.Check, Running()
            .State("/proc/77/exe", 777, kind: "link", target: "/usr/bin/qemu-system-x86_64 (deleted)").State("/proc/78/exe", 777, kind: "link", target: "/usr/bin/qemu-system-x86_64 (deleted)")
            .State("/proc/79/exe", 777, kind: "link", target: "/tmp/build/tool (deleted)").Facts(), "/usr/bin/qemu-system-x86_64");
        Assert.Equal(Severity.High, outcome.Findings[0].Severity);
        Judged.Fails(Upd03.Check, Running().Text("audit/needrestart.txt", "NEEDRESTART-SVC: ssh.service\nNEEDRESTART-SVC: libvirtd.service\n").Facts(), "libvirtd.service", "ssh.service");
        Judged.Fails(Upd03.Check, Running().OnRhel().Text("audit/needs-reboot.txt", "Core libraries or services have been updated since boot-up:\n  * kernel\n\nReboot is required to fully utilize these updates.\n").Facts(), "kernel");
        Judged.Fails(Upd03.Check, Running().OnRhel().Lacks("audit/needrestart.txt", "x").Text("audit/needs-restart.txt", "sshd.service\n").Facts(), "sshd.service");
    }

    [Fact]
    public void Signed_repositories_of_a_living_release_pass()
    {
        Judged.Passes(Upd04.Check, new TestHost()
            .Config("/etc/apt/sources.list", "deb http://deb.debian.org/debian bookworm main\n# deb [trusted=yes] http://old.example ./\n")
            .Config("/etc/apt/sources.list.d/x.sources", "Types: deb\nURIs: https://x.example/apt\nSuites: stable\nComponents: main\nSigned-By: /etc/apt/keyrings/x.asc\n").Facts());
        Judged.Passes(Upd04.Check, new TestHost().OnRhel()
            .Config("/etc/dnf/dnf.conf", "[main]\ngpgcheck=1\n")
            .Config("/etc/yum.repos.d/rocky.repo", "[baseos]\nname=Rocky\nmirrorlist=https://x\ngpgcheck=1\n[off]\nenabled=0\ngpgcheck=0\nbaseurl=http://y\n").Facts());
    }

    [Fact]
    public void Unsigned_ones_are_found_with_their_line()
    {
        Outcome outcome = Judged.Fails(Upd04.Check, new TestHost()
            .Config("/etc/apt/sources.list", "\ndeb [arch=amd64 trusted=yes] http://a.example/ ./\n")
            .Config("/etc/apt/sources.list.d/b.sources", "Types: deb\nURIs: http://b.example/\nSuites: ./\nTrusted: yes\n\nTypes: deb\nEnabled: no\nURIs: http://c.example/\nSuites: ./\nTrusted: yes\n")
            .Config("/etc/apt/apt.conf.d/99x", "Acquire::AllowInsecureRepositories \"true\";\n").Facts(),
            "repository http://a.example/ ./", "repository http://b.example/ ./", "Acquire::AllowInsecureRepositories");
        Assert.Equal(2, outcome.Findings[0].Evidence[0].Line);
        Judged.Fails(Upd04.Check, new TestHost().OnRhel().Config("/etc/dnf/dnf.conf", "[main]\n").Config("/etc/yum.repos.d/x.repo", "[a]\nbaseurl=https://a\n[b]\ngpgcheck=0\n[c]\ngpgcheck=1\nsslverify=0\n").Facts(),
            "repository a", "repository b", "repository c");
    }

    [Fact]
    public void A_release_past_its_end_is_found_and_one_that_is_not_in_the_table_said()
    {
        Judged.Fails(Upd04.Check, new TestHost().On("ID=debian\nVERSION_ID=\"11\"\n").Config("/etc/apt/sources.list", "deb http://x bullseye main\n").Facts(), "release");
        Judged.IsUnknown(Upd04.Check, new TestHost().On("ID=debian\nVERSION_ID=\"99\"\n").Config("/etc/apt/sources.list", "deb http://x sid main\n").Facts());
        Judged.IsUnknown(Upd04.Check, new TestHost().Facts());
    }
}
