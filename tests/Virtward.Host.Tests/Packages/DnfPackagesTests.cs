using System.Diagnostics;
using System.Text.Json;
using Virtward.Core.Results;
using Virtward.Hardening.Changes;
using Virtward.Hardening.Machine;
using Virtward.Host.Tests.Closing;
using Virtward.Host.Tests.Program;
using Xunit;

namespace Virtward.Host.Tests.Packages;

/// <summary>Packages that come and go by real dnf and rpm, and what was there before is there again, whatever was killed on the way.</summary>
public sealed class DnfPackagesTests(RpmRepository repository) : IClassFixture<RpmRepository>, IDisposable
{
    private readonly RpmHost _host = new(repository);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _host.Dispose();

    [Theory]
    [InlineData("tool", "libone libtwo")]
    [InlineData("a-package-with-a-very-long-name-that-no-table-has-room-for-in-eighty-columns", "libone libtwo tool")]
    public async Task What_came_along_goes_with_it(string package, string along)
    {
        string picture = _host.Picture();
        StepState before = await SetAsync(new PackageStep(package, true));
        Assert.Equal(along, string.Join(' ', Assert.IsType<PackageBefore>(before).Brings.Split(' ').Order(StringComparer.Ordinal)));
        await RestoreAsync(new PackageStep(package, true), before);
        Assert.Equal(picture, _host.Picture());
    }

    [Fact]
    public async Task Accounts_that_were_there_before_or_are_of_others_stay()
    {
        _host.Good("groupadd", "-r", "toolers");
        string picture = _host.Picture();
        var step = new PackageStep("tool", true);
        StepState before = await SetAsync(step);
        Assert.Contains("tooler:", _host.Good("cat", "/etc/passwd"), StringComparison.Ordinal);
        _host.Good("useradd", "-r", "other");
        await RestoreAsync(step, before);
        _host.Good("userdel", "other");
        Assert.Equal(picture, _host.Picture());
    }

    [Fact]
    public async Task What_was_there_before_stays_and_so_does_what_another_needs_by_now()
    {
        var step = new PackageStep("tool", true);
        _host.Good("dnf", "-q", "-y", "install", "libone");
        StepState before = await SetAsync(step);
        Assert.Equal("libtwo", Assert.IsType<PackageBefore>(before).Brings);
        _host.Good("dnf", "-q", "-y", "install", "big");
        await RestoreAsync(step, before);
        Assert.Equal(["almalinux-release", "big", "libone", "libtwo"], There());
    }

    [Fact]
    public async Task One_that_others_need_by_now_stays_and_that_is_said()
    {
        var step = new PackageStep("tool", true);
        StepState before = await SetAsync(step);
        _host.Good("dnf", "-q", "-y", "install", "needing");
        Problem problem = (await _host.Runner.RestoreAsync(step, before, Cancel)).Problem!;
        Assert.Contains("others need it: needing", problem.What, StringComparison.Ordinal);
        Assert.Equal(["almalinux-release", "libone", "libtwo", "needing", "tool"], There());
    }

    [Fact]
    public async Task Nothing_else_goes_with_one_that_is_removed()
    {
        _host.Good("dnf", "-q", "-y", "install", "tool");
        Problem problem = (await _host.Runner.SetAsync(new PackageStep("libone", false), new PackageBefore("1.0-1.el9"), Cancel)).Problem!;
        Assert.Contains("others need it: libtwo, tool", problem.What, StringComparison.Ordinal);
        await SetAsync(new PackageStep("tool", false));
        Assert.Equal(["almalinux-release", "libone", "libtwo"], There());
    }

    [Fact]
    public async Task One_that_was_removed_comes_back_with_its_configuration_as_somebody_had_changed_it()
    {
        _host.Good("dnf", "-q", "-y", "install", "tool");
        _host.Good("sh", "-c", "echo 'setting = mine' >/etc/tool/main.conf; chmod 640 /etc/tool/main.conf; echo old >/etc/libtwo/main.conf.rpmsave");
        string picture = _host.Picture();
        var step = new PackageStep("tool", false);
        StepState before = await SetAsync(step);
        Assert.Contains("main.conf.rpmsave", _host.Picture(), StringComparison.Ordinal);
        await RestoreAsync(step, before);
        await RestoreAsync(step, before);
        Assert.Equal(picture, _host.Picture());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(RpmRepository.Many / 2)]
    [InlineData(RpmRepository.Many - 1)]
    public async Task Killed_while_it_is_unpacked_it_goes_without_a_trace(int files)
    {
        string picture = _host.Picture();
        var step = new PackageStep("big", true);
        StepState before = await _host.Runner.ForeseeAsync(step, (await _host.Runner.ReadAsync(step, Cancel)).Value, Cancel);
        Kill(_host.Start("dnf", "-q", "-y", "install", "big"), () => Files() >= files);
        await RestoreAsync(step, before);
        Assert.Equal(picture, _host.Picture());
    }

    [Theory]
    [InlineData(RpmRepository.Many)]
    [InlineData(RpmRepository.Many / 2)]
    public async Task Killed_while_it_is_removed_it_is_whole_again(int files)
    {
        _host.Good("dnf", "-q", "-y", "install", "big");
        _host.Good("sh", "-c", "echo 'setting = mine' >/etc/big/main.conf");
        string picture = _host.Picture();
        var step = new PackageStep("big", false);
        StepState before = await _host.Runner.ForeseeAsync(step, (await _host.Runner.ReadAsync(step, Cancel)).Value, Cancel);
        Kill(_host.Start("dnf", "-q", "-y", "remove", "--noautoremove", "big"), () => Files() <= files);
        await RestoreAsync(step, before);
        Assert.Equal(picture, _host.Picture());
    }

    [Fact]
    public async Task One_that_nobody_has_is_said_and_taken_back_for_nothing()
    {
        string picture = _host.Picture();
        var step = new PackageStep("nobody-has-it", true);
        StepState before = await _host.Runner.ForeseeAsync(step, (await _host.Runner.ReadAsync(step, Cancel)).Value, Cancel);
        Problem problem = (await _host.Runner.SetAsync(step, before, Cancel)).Problem!;
        Assert.Contains("could not install it: Error: Unable to find a match", problem.What, StringComparison.Ordinal);
        await RestoreAsync(step, before);
        Assert.Equal(picture, _host.Picture());
    }

    /// <summary>The program itself on such a host: packages that the policy wants gone go, the host is closed, and all of it is taken back.</summary>
    [Fact]
    public void Apply_removes_what_the_policy_names_and_rollback_brings_it_back()
    {
        _host.Good("dnf", "-q", "-y", "install", "tool");
        _host.Good("sh", "-c", "echo 'setting = mine' >/etc/tool/main.conf");
        _host.Host.Write("/etc/virtward/policy.yaml", ThrowawayHost.Policy.Replace("absent: []", "absent: [tool, libtwo]", StringComparison.Ordinal));
        string before = _host.Host.Picture() + _host.Picture();
        CommandRun applied = _host.Host.OverSsh("apply", "--yes", "--confirm-within", "600");
        Assert.True(applied.ExitCode == 0, applied.Error + applied.Output);
        CommandRun confirmed = _host.Host.OverSsh("confirm");
        Assert.True(confirmed.ExitCode == 0, confirmed.Error + confirmed.Output);
        Assert.Equal(["almalinux-release", "libone"], There());
        CommandRun back = _host.Host.OverSsh("rollback");
        Assert.True(back.ExitCode == 0, back.Error + back.Output);
        Assert.Equal(before, _host.Host.Picture() + _host.Picture());
    }

    [Fact]
    public void An_audit_reads_what_is_installed_and_which_updates_wait()
    {
        _host.Good("dnf", "-q", "-y", "install", "telnet-server", "libone-1.0");
        using JsonDocument audit = JsonDocument.Parse(_host.Host.Virtward("audit", "--json", "--patience", "2m", "--only", "PKG-01,UPD-02").Output);
        JsonElement[] findings = [.. audit.RootElement.GetProperty("findings").EnumerateArray()];
        string Of(string id) => string.Join('\n', findings.Where(one => one.GetProperty("id").GetString() == id).Select(static one => one.GetRawText()));
        Assert.Contains("telnet-server", Of("PKG-01"), StringComparison.Ordinal);
        Assert.Contains("dnf remove telnet-server", Of("PKG-01"), StringComparison.Ordinal);
        Assert.Contains("libone-1.1-1.el9.noarch", Of("UPD-02"), StringComparison.Ordinal);
        Assert.Contains("dnf upgrade --security", Of("UPD-02"), StringComparison.Ordinal);
    }

    // With the group of its own that nsenter is the first of: dnf, and what it started.
    private static void Kill(Process process, Func<bool> when)
    {
        using (process)
        {
            Assert.True(SpinWait.SpinUntil(() => when() || process.HasExited, TimeSpan.FromMinutes(2)));
            process.Kill(entireProcessTree: true);
            process.WaitForExit();
        }
    }

    private int Files()
    {
        var folder = new DirectoryInfo(_host.Root + "/usr/share/big");
        return folder.Exists ? folder.EnumerateFiles().Count() : 0;
    }

    private string[] There() => [.. _host.Good("rpm", "--query", "--all", "--queryformat", "%{NAME}\n").Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal)];

    private async Task<StepState> SetAsync(PackageStep step)
    {
        StepState now = (await _host.Runner.ReadAsync(step, Cancel)).Value;
        StepState before = await _host.Runner.ForeseeAsync(step, now, Cancel);
        Result<Done> set = await _host.Runner.SetAsync(step, before, Cancel);
        Assert.True(set.IsOk, set.Problem?.ToString());
        return before;
    }

    private async Task RestoreAsync(PackageStep step, StepState before)
    {
        Result<Done> back = await _host.Runner.RestoreAsync(step, before, Cancel);
        Assert.True(back.IsOk, back.Problem?.ToString());
    }
}
