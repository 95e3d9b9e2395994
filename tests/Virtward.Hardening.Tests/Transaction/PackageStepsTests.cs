using Virtward.Core.Host;
using Virtward.Core.Results;
using Virtward.Hardening.Changes;
using Virtward.Hardening.Machine;

namespace Virtward.Hardening.Tests.Transaction;

/// <summary>A package that was installed goes away again with all that came with it, and with nothing else.</summary>
public sealed class PackageStepsTests
{
    private static readonly PackageStep Step = new("unattended-upgrades", true);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_came_along_goes_with_it()
    {
        MemoryHost host = Scene.Host();
        string before = host.Picture();
        await InstalledAndBackAsync(host, static _ => { });
        Assert.Equal(before, host.Picture());
    }

    [Fact]
    public async Task What_was_there_before_or_is_needed_by_another_now_stays()
    {
        MemoryHost host = Scene.Host();
        host.Packages.Add("ucf");
        await InstalledAndBackAsync(host, static host =>
        {
            host.Packages.Add("reportbug");
            host.Needing["reportbug"] = "python3-apt";
        });
        Assert.Equal(["python3-apt", "reportbug", "telnetd", "ucf"], host.Packages);
    }

    [Theory]
    [InlineData(new[] { "ucf" }, new[] { "python3-apt" })]
    [InlineData(new string[0], new[] { "python3-apt", "unattended-upgrades" })]
    public async Task What_the_power_failed_in_the_middle_of_goes_though_apts_own_notes_are_lost(string[] there, string[] halfThere)
    {
        MemoryHost host = Scene.Host();
        string picture = host.Picture();
        var runner = new StepRunner(host.Machine);
        StepState before = await runner.ForeseeAsync(Step, (await runner.ReadAsync(Step, Cancel)).Value, Cancel);
        Assert.Equal("python3-apt ucf", Assert.IsType<PackageBefore>(before).Brings);
        host.Packages.UnionWith(there);
        host.HalfThere.UnionWith(halfThere);
        host.Units["unattended-upgrades.service"] = halfThere.Contains("unattended-upgrades") ? ("enabled", true) : ("", false);
        Assert.True((await runner.RestoreAsync(Step, before, Cancel)).IsOk);
        Assert.Empty(host.HalfThere);
        Assert.Equal(picture, host.Picture());
    }

    /// <summary>Seen on a host: the group was in place, the rest of it not, and the package's own script took away nothing, for there was no such user.</summary>
    [Fact]
    public async Task Accounts_that_the_power_failed_in_the_middle_of_go_and_those_of_others_stay()
    {
        MemoryHost host = Scene.Host();
        const string people = "root:x:0:\nadm:x:4:\n";
        const string others = "other:x:107:\nspoken:x:108:\npeople:x:1000:\n";
        Write(host, "/etc/passwd", "root:x:0:0::/root:/bin/bash\nupgrader-old:x:101:65534::/:/bin/false\n");
        Write(host, "/etc/group", people);
        var runner = new StepRunner(host.Machine);
        StepState before = await runner.ForeseeAsync(Step, (await runner.ReadAsync(Step, Cancel)).Value, Cancel);
        const string script = "/var/lib/dpkg/info/unattended-upgrades.postinst";
        Write(host, script, "adduser --system \\\n  --group --home /nonexistent _upgrader\nadduser people adm; # nobody's other-thing; upgrader-old\nchown other:spoken /var/lib/upgrades\n");
        Write(host, "/etc/group", people + others);
        string picture = host.Picture();
        Write(host, "/etc/group", $"{people}_upgrader:x:106:\n{others}");
        Write(host, "/etc/gshadow+", "root:*::\n");
        host.HalfThere.Add("unattended-upgrades");
        Assert.True((await runner.RestoreAsync(Step, before, Cancel)).IsOk);
        Assert.Equal(picture, host.Picture());
    }

    /// <summary>Seen on a host: chrony's profile was there, the file that it includes not yet, and apparmor.service failed on it at the start.</summary>
    [Theory]
    [InlineData("/etc/apparmor.d/usr.sbin.chronyd", true)]
    [InlineData("/etc/apparmor/parser.conf", false)]
    public async Task Who_failed_on_half_a_package_at_the_start_is_started_again_without_it(string file, bool again)
    {
        MemoryHost host = Scene.Host();
        host.Units["apparmor.service"] = ("enabled", true);
        host.Units["systemd-sysctl.service"] = ("enabled", false);
        var runner = new StepRunner(host.Machine);
        StepState before = await runner.ForeseeAsync(Step, (await runner.ReadAsync(Step, Cancel)).Value, Cancel);
        host.HalfThere.Add("unattended-upgrades");
        host.Owning["unattended-upgrades"] = file;
        host.Units["apparmor.service"] = ("enabled", false);
        host.Failed.UnionWith(["apparmor.service", "systemd-sysctl.service"]);
        Assert.True((await runner.RestoreAsync(Step, before, Cancel)).IsOk);
        Assert.Equal(("enabled", again), host.Units["apparmor.service"]);
        Assert.Equal(("enabled", false), host.Units["systemd-sysctl.service"]);
    }

    [Fact]
    public async Task One_that_others_need_is_not_removed()
    {
        MemoryHost host = Scene.Host();
        host.Packages.UnionWith(["rpcbind", "nis"]);
        host.Needing["nis"] = "rpcbind";
        Problem problem = (await new StepRunner(host.Machine).SetAsync(new PackageStep("rpcbind", false), new PackageBefore("1.0"), Cancel)).Problem!;
        Assert.Contains("others need it: nis", problem.What, StringComparison.Ordinal);
        Assert.Contains("rpcbind", host.Packages);
    }

    [Fact]
    public void What_dnf_is_about_to_do_is_understood()
    {
        const string said = """
            Dependencies resolved.
            ================================================================================
             Package          Architecture     Version                Repository       Size
            ================================================================================
            Installing:
             dnf-automatic    noarch           4.14.0-9.el9           baseos          46 k
            Installing dependencies:
             a-name-that-is-longer-than-its-column
                              noarch           1.0-1.el9              baseos         6.7 k
            Upgrading:
             python3-dnf      noarch           4.14.0-9.el9           baseos         406 k
            Installing weak dependencies:
             extra            x86_64           1:1.0-1.el9            appstream      6.7 k

            Transaction Summary
            ================================================================================
            Install  3 Packages
            Upgrade  1 Package

            """;
        Assert.Equal(["dnf-automatic", "a-name-that-is-longer-than-its-column", "extra"], DnfPlan.Brings(said));
        Assert.Empty(DnfPlan.Takes(said));
        Assert.Equal(["one", "two", "three"], DnfPlan.Takes("Removing:\n one   noarch  1  @baseos  1 k\nRemoving dependent packages:\n two x 1 @b 1\nRemoving unused dependencies:\n three x 1 @b 1\n\nSummary\n"));
        Assert.Empty(DnfPlan.Brings("Error: Unable to find a match: nothere\n"));
    }

    [Fact]
    public void What_rpm_finds_changed_is_understood()
    {
        const string said = """
            S.5....T.  c /etc/tool/main.conf
            .......T.  c /etc/tool/other.conf
            S.5....T.    /usr/share/tool/file1
            missing    d /usr/share/doc/tool/README with blanks
            .M.......  g /var/lib/tool

            """;
        Assert.Equal(["/etc/tool/main.conf"], RpmVerify.ChangedConfiguration(said));
        Assert.True(RpmVerify.IsAnythingMissing(said));
        Assert.False(RpmVerify.IsAnythingMissing("S.5....T.  c /etc/missing/main.conf\n"));
    }

    [Fact]
    public async Task Lists_of_packages_that_are_too_old_are_fetched_once()
    {
        MemoryHost host = Scene.Host();
        host.Unreachable.Add("unattended-upgrades");
        var runner = new StepRunner(host.Machine);
        Assert.Equal(new PackageBefore(null), await runner.ForeseeAsync(Step, new PackageBefore(null), Cancel));
        Assert.Contains("could not install it: no mirror", (await runner.SetAsync(Step, new PackageBefore(null), Cancel)).Problem!.What, StringComparison.Ordinal);
        host.HasMirror = true;
        Assert.Equal(new PackageBefore(null, "", "python3-apt ucf"), await runner.ForeseeAsync(Step, new PackageBefore(null), Cancel));
        Assert.Single(host.Log, static one => one == "update");
        Assert.True((await runner.SetAsync(Step, new PackageBefore(null), Cancel)).IsOk);
        Assert.Contains("unattended-upgrades", host.Packages);
    }

    [Fact]
    public void What_apt_is_about_to_do_is_understood()
    {
        const string said = """
            Reading package lists...
            The following additional packages will be installed:
              python3-certifi python3-urllib3
            Suggested packages:
              python3-socks default-mta | postfix
            The following NEW packages will be installed:
              python3-certifi
              python3-urllib3 reportbug
            The following packages will be upgraded:
              libc6
            1 upgraded, 3 newly installed, 0 to remove and 121 not upgraded.

            """;
        Assert.Equal(["python3-certifi", "python3-urllib3", "reportbug"], AptPlan.Brings(said));
        Assert.Empty(AptPlan.Brings("E: Unable to locate package reportbug\n"));
    }

    [Fact]
    public void What_apt_noted_is_understood()
    {
        const string log = """

            Start-Date: 2026-11-28  05:00:00
            Commandline: apt-get install -- auditd
            Install: auditd:amd64 (1:3.0.9-1), libauparse0:amd64 (1:3.0.9-1, automatic), g++-12:amd64 (12.2, automatic)
            End-Date: 2026-11-28  05:00:03

            Start-Date: 2026-11-28  06:00:00
            Install: other:amd64 (1.0), its:amd64 (1.0, automatic)
            Remove: gone:amd64 (1.0)

            """;
        Assert.Equal(["libauparse0", "g++-12"], AptHistory.BroughtBy(log, "auditd"));
        Assert.Empty(AptHistory.BroughtBy(log, "libauparse0"));
        Assert.Empty(AptHistory.BroughtBy(log + "Remove: auditd:amd64 (1:3.0.9-1)\n", "auditd"));
        Assert.Empty(AptHistory.BroughtBy("", "auditd"));
    }

    private static void Write(MemoryHost host, string path, string text) => host.Files[path] = new FileImage(Blob.FromText(text), UnixFileMode.UserRead, 0, 0);

    private static async Task InstalledAndBackAsync(MemoryHost host, Action<MemoryHost> meanwhile)
    {
        var runner = new StepRunner(host.Machine);
        StepState before = (await runner.ReadAsync(Step, Cancel)).Value;
        Assert.True((await runner.SetAsync(Step, before, Cancel)).IsOk);
        Assert.Contains("python3-apt", host.Packages);
        Assert.Contains("ucf", host.Packages);
        meanwhile(host);
        Assert.True((await runner.RestoreAsync(Step, before, Cancel)).IsOk);
        Assert.DoesNotContain("unattended-upgrades", host.Packages);
    }
}
