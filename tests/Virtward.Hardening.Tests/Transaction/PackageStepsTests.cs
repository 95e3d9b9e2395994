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
