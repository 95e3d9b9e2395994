using System.Diagnostics;
using Virtward.Host.Tests.Program;
using Virtward.Host.Tests.Support;
using Xunit;

namespace Virtward.Host.Tests.Closing;

/// <summary>What goes wrong while a host is closed: a full disk, a step that the kernel refuses, what changes between plan and apply, a lock that somebody holds.</summary>
public sealed class ApplyFaultsTests : IDisposable
{
    private const string Fill = "free=$(df --output=avail -B1 / | tail -1); [ \"$free\" -le 0 ] || fallocate -l \"$free\" /fill";
    private readonly ThrowawayHost _host = new();

    public ApplyFaultsTests() => _host.Write("/etc/virtward/policy.yaml", ThrowawayHost.Policy);

    public void Dispose() => _host.Dispose();

    [Fact]
    public void On_a_full_disk_nothing_begins()
    {
        string before = _host.Picture();
        Good(_host.In("sh", "-c", Fill));
        CommandRun applied = _host.Virtward("apply", "--yes");
        Assert.Equal(2, applied.ExitCode);
        Assert.Contains("No space left on device", applied.Error, StringComparison.Ordinal);
        Same(before, _host.Picture());
        Good(_host.In("rm", "/fill"));
        Good(_host.Virtward("apply", "--yes", "--confirm-within", "60"));
        Good(_host.Virtward("rollback"));
        Same(before, _host.Picture());
    }

    [Fact]
    public async Task A_disk_that_fills_while_it_is_applied_keeps_nothing_from_being_taken_back()
    {
        string before = _host.Picture();
        var random = new Random(20261128);
        for (int life = 0; life < 4; life++)
        {
            using Process apply = _host.Start(BuiltProgram.Path, "apply", "--yes", "--confirm-within", "600");
            await Eventually.HoldsAsync(() => apply.HasExited || _host.HasTransaction(), "it never began", seconds: 90);
            await Task.Delay(random.Next(0, 300), TestContext.Current.CancellationToken);
            _host.In("sh", "-c", Fill);
            ThrowawayHost.End(apply, "");

            // The disk is still full.
            Good(_host.Virtward("rollback", "--unconfirmed"));
            Same(before, _host.Picture());
            Good(_host.In("rm", "-rf", "/fill", "/var/lib/virtward/transactions"));
        }
    }

    [Fact]
    public void A_step_that_the_kernel_refuses_takes_back_all_of_it()
    {
        // The settings that are not the network's can only be read here.
        _host.Write("/etc/virtward/policy.yaml", ThrowawayHost.Policy.Replace("kernel: { manage: false }", "kernel: { manage: true }", StringComparison.Ordinal));
        Good(_host.In("sysctl", "-q", "-w", "net.ipv4.conf.up0.send_redirects=1"));
        string before = _host.Picture();
        CommandRun applied = _host.Virtward("apply", "--yes");
        Assert.Equal(2, applied.ExitCode);
        Assert.Contains("the kernel refuses the value", applied.Error, StringComparison.Ordinal);
        Assert.Contains("everything is as it was before", applied.Error, StringComparison.Ordinal);
        Same(before, _host.Picture());
        Assert.Contains("\"status\":\"reverted\"", _host.Virtward("history", "--json").Output, StringComparison.Ordinal);
    }

    [Fact]
    public void An_interface_that_vanishes_between_plan_and_apply_is_told()
    {
        Good(_host.In("ip", "link", "add", "spare0", "type", "veth", "peer", "name", "spare1"));
        _host.Write("/etc/virtward/policy.yaml", ThrowawayHost.Policy.Replace("kernel: { manage: false }", "ipv6: off", StringComparison.Ordinal));
        Good(_host.Virtward("plan", "--out", "/root/plan.json"));
        Good(_host.In("ip", "link", "delete", "spare0"));
        string before = _host.Picture();
        CommandRun applied = _host.Virtward("apply", "/root/plan.json", "--yes");
        Assert.Equal(2, applied.ExitCode);
        Assert.Contains("the host has changed since the plan was made", applied.Error, StringComparison.Ordinal);
        Assert.Contains("spare0", applied.Error, StringComparison.Ordinal);
        Same(before, _host.Picture());
    }

    [Fact]
    public async Task While_somebody_holds_the_lock_nothing_is_changed()
    {
        string before = _host.Picture();
        Good(_host.In("mkdir", "-p", "/var/lib/virtward/transactions"));
        using Process holder = _host.Start("flock", "/var/lib/virtward/transactions/lock", "sleep", "120");
        await Eventually.HoldsAsync(() => _host.In("flock", "--nonblock", "/var/lib/virtward/transactions/lock", "true").ExitCode != 0, "it was never locked");
        CommandRun applied = _host.Virtward("apply", "--yes");
        Assert.Equal(2, applied.ExitCode);
        Assert.Contains("another virtward", applied.Error, StringComparison.Ordinal);
        Assert.Single(applied.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Same(before, _host.Picture());
        holder.Kill(entireProcessTree: true);
        holder.WaitForExit();
    }

    [Fact]
    public void A_configuration_of_sshd_that_is_broken_already_is_told_and_left()
    {
        _host.Write("/etc/ssh/sshd_config.d/99-broken.conf", "NoSuchKeyword yes\n");
        string before = _host.Picture();
        CommandRun applied = _host.Virtward("apply", "--yes");
        Assert.Equal(2, applied.ExitCode);
        Assert.Contains("NoSuchKeyword", applied.Error, StringComparison.Ordinal);
        Same(before, _host.Picture());
        Assert.True(_host.GetsIn());
    }

    [Fact]
    public void A_configuration_that_sshd_accepts_and_cannot_serve_is_told_before_sshd_gets_it()
    {
        // Of such keys this host has none: sshd -t has no objection.
        _host.Write("/etc/ssh/sshd_config.d/99-keys.conf", "HostKeyAlgorithms ecdsa-sha2-nistp521\n");
        Good(_host.In("/usr/sbin/sshd", "-t"));
        string before = _host.Picture();
        CommandRun applied = _host.Virtward("apply", "--yes");
        Assert.Equal(2, applied.ExitCode);
        Assert.Contains("sshd answers with its configuration", applied.Error, StringComparison.Ordinal);
        Assert.Contains("everything is as it was before", applied.Error, StringComparison.Ordinal);
        Same(before, _host.Picture());
        Assert.True(_host.GetsIn());
    }

    [Fact]
    public void What_somebody_edits_afterwards_is_planned_again_and_shown_before_it_is_undone()
    {
        string before = _host.Picture();
        Good(_host.OverSsh("apply", "--yes", "--confirm-within", "120"));
        Good(_host.OverSsh("confirm"));
        Assert.Equal(0, _host.Virtward("plan", "--detailed-exitcode").ExitCode);
        Good(_host.In("sed", "-i", "s/^MaxAuthTries .*/MaxAuthTries 9/", "/etc/ssh/sshd_config.d/00-virtward.conf"));
        CommandRun drift = _host.Virtward("plan", "--detailed-exitcode");
        Assert.Equal(2, drift.ExitCode);
        Assert.Contains("-MaxAuthTries 9", drift.Output, StringComparison.Ordinal);
        CommandRun back = _host.Virtward("rollback");
        Assert.Equal(2, back.ExitCode);
        Assert.Contains(" set: /etc/ssh/sshd_config.d/00-virtward.conf", back.Error, StringComparison.Ordinal);
        Assert.Contains("\n    +MaxAuthTries 9\n", back.Error, StringComparison.Ordinal);
        Good(_host.Virtward("rollback", "--force"));
        Same(before, _host.Picture());
    }

    private static void Good(CommandRun run) => Assert.True(run.ExitCode == 0, run.Output + run.Error);

    private static void Same(string before, string after)
    {
        string[] was = before.Split('\n');
        string[] now = after.Split('\n');
        Assert.True(before == after, $"gone: {string.Join('\n', was.Except(now))}\nnew: {string.Join('\n', now.Except(was))}");
    }
}
