using System.Collections.Immutable;
using Virtward.Core.Host;
using Virtward.Core.Results;
using Virtward.Hardening.Plan;
using Virtward.Hardening.Transaction;

namespace Virtward.Hardening.Tests.Transaction;

public sealed class TransactionTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_is_applied_and_confirmed_is_as_planned_and_a_second_plan_is_empty()
    {
        MemoryHost host = Scene.Host();
        TransactionRecord waiting = (await Scene.ApplyAsync(host)).Value;
        Assert.Equal(TransactionStatus.Waiting, waiting.Status);
        Assert.DoesNotContain("/etc/virtward/firewall.nft", host.Files.Keys);
        Assert.Contains(waiting.Id, host.Armed);
        Assert.Equal(Scene.Ssh(100), waiting.Begun!.By);

        host.Uptime += TimeSpan.FromSeconds(60);
        TransactionRecord confirmed = (await Scene.Transactions(host).ConfirmAsync(Scene.Ssh(host.Uptime.TotalSeconds), Cancel)).Value;
        Assert.Equal(TransactionStatus.Confirmed, confirmed.Status);
        Assert.Contains("/etc/virtward/firewall.nft", host.Files.Keys);
        Assert.Empty(host.Armed);
        Assert.Equal(("masked", false), host.Units["avahi.service"]);
        Assert.Equal("0", host.Settings["net/ipv4/conf/all/forwarding"]);
        Assert.Equal("1", host.Settings["net/ipv4/conf/eth0/forwarding"]);
        Assert.True((await Scene.PlanAsync(host)).IsEmpty);
    }

    [Fact]
    public async Task Who_was_inside_before_cannot_confirm_nor_can_the_host_itself_nor_a_script()
    {
        MemoryHost host = Scene.Host();
        TransactionRecord waiting = (await Scene.ApplyAsync(host)).Value;
        double later = host.Uptime.TotalSeconds + 5;
        host.Uptime += TimeSpan.FromSeconds(10);
        foreach (Actor actor in (Actor[])[Scene.Ssh(100), Scene.Ssh(waiting.Waiting!.Uptime), Scene.Ssh(later, "127.0.0.1"), Scene.Ssh(later, "::1"), new Actor("anna")])
        {
            Problem problem = (await Scene.Transactions(host).ConfirmAsync(actor, Cancel)).Problem!;
            Assert.Contains("log in anew", problem.Hint, StringComparison.Ordinal);
        }

        Assert.True((await Scene.Transactions(host).ConfirmAsync(new Actor("root") { IsConsole = true }, Cancel)).IsOk);
    }

    [Fact]
    public async Task Who_comes_too_late_cannot_confirm_whatever_the_clock_says()
    {
        MemoryHost host = Scene.Host();
        Assert.True((await Scene.ApplyAsync(host)).IsOk);
        host.Uptime += TimeSpan.FromSeconds(300);
        Problem problem = (await Scene.Transactions(host).ConfirmAsync(Scene.Ssh(host.Uptime.TotalSeconds), Cancel)).Problem!;
        Assert.StartsWith("the time to confirm is over", problem.What, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_nobody_confirms_is_as_it_was()
    {
        MemoryHost host = Scene.Host();
        string before = host.Picture();
        TransactionRecord waiting = (await Scene.ApplyAsync(host)).Value;
        Assert.NotEqual(before, host.Picture());
        TransactionRecord reverted = (await Scene.Transactions(host).RevertAsync(waiting.Id, "nobody confirmed", null, false, TimeSpan.Zero, Cancel)).Value;
        Assert.Equal(TransactionStatus.Reverted, reverted.Status);
        Assert.Equal(before, host.Picture());
        Assert.Empty(host.Armed);
        Assert.Equal(2, host.Log.Count(static what => what == "notice ssh.service"));
    }

    [Fact]
    public async Task What_was_confirmed_can_be_taken_back_later()
    {
        MemoryHost host = Scene.Host();
        string before = host.Picture();
        TransactionRecord waiting = (await Scene.ApplyAsync(host)).Value;
        Assert.True((await Scene.Transactions(host).ConfirmAsync(Scene.Ssh(host.Uptime.TotalSeconds + 1), Cancel)).IsOk);
        Assert.Empty(await Scene.Transactions(host).ConflictsAsync(Scene.Transactions(host).Read(waiting.Id).Value, Cancel));
        Assert.Equal(TransactionStatus.Confirmed, (await Scene.Transactions(host).RevertAsync(waiting.Id, "", null, false, TimeSpan.Zero, Cancel)).Value.Status);

        Assert.True((await Scene.Transactions(host).RevertAsync(waiting.Id, "by hand", Scene.Ssh(1), true, TimeSpan.Zero, Cancel)).IsOk);
        Assert.Equal(before, host.Picture());
    }

    [Fact]
    public async Task What_was_confirmed_can_be_taken_back_after_the_machine_has_started_anew()
    {
        MemoryHost host = Scene.Host();
        host.Units.Remove("virtward-firewall.service");
        string before = host.Picture();
        TransactionRecord waiting = (await Scene.ApplyAsync(host)).Value;
        Assert.True((await Scene.Transactions(host).ConfirmAsync(Scene.Ssh(host.Uptime.TotalSeconds + 1), Cancel)).IsOk);

        // The boot's units have loaded what the files say.
        SortedDictionary<string, string> table = host.Table!;
        host.Reboot("another boot", host.Settings.ToArray());
        host.Table = table;
        Assert.True(host.Units["virtward-firewall.service"].Running);
        Assert.True((await Scene.Transactions(host).RevertAsync(waiting.Id, "by hand", Scene.Ssh(1), true, TimeSpan.Zero, Cancel)).IsOk);
        Assert.Equal(("disabled", false), host.Units["virtward-firewall.service"]);
        host.Units.Remove("virtward-firewall.service");
        Assert.Equal(before, host.Picture());
    }

    [Fact]
    public async Task What_somebody_changed_since_is_a_conflict()
    {
        MemoryHost host = Scene.Host();
        TransactionRecord waiting = (await Scene.ApplyAsync(host)).Value;
        Assert.True((await Scene.Transactions(host).ConfirmAsync(Scene.Ssh(host.Uptime.TotalSeconds + 1), Cancel)).IsOk);
        host.Files[Scene.Dropin] = host.Files[Scene.Dropin] with { Content = Blob.FromText("edited\n") };
        host.Settings["net/ipv4/tcp_rfc1337"] = "0";
        ImmutableArray<Conflict> conflicts = await Scene.Transactions(host).ConflictsAsync(Scene.Transactions(host).Read(waiting.Id).Value, Cancel);
        Assert.Equal([Scene.Dropin, "net.ipv4.tcp_rfc1337"], conflicts.Select(static one => one.What));
        Assert.Contains("+edited", conflicts[0].Difference);
        Assert.Contains(conflicts[0].Difference, static line => line.StartsWith('-'));
        Assert.Equal(["-1", "+0"], conflicts[1].Difference);
    }

    [Fact]
    public async Task A_unit_that_has_run_or_a_package_that_was_updated_since_is_none()
    {
        MemoryHost host = Scene.Host();
        TransactionRecord waiting = (await Scene.ApplyAsync(host)).Value;
        Assert.True((await Scene.Transactions(host).ConfirmAsync(Scene.Ssh(host.Uptime.TotalSeconds + 1), Cancel)).IsOk);
        host.Reboot("another boot", host.Settings.ToArray());
        Assert.Equal(("enabled", true), host.Units["virtward-firewall.service"]);
        host.Version = "1.1";
        Assert.Empty(await Scene.Transactions(host).ConflictsAsync(Scene.Transactions(host).Read(waiting.Id).Value, Cancel));

        host.Units["virtward-firewall.service"] = ("disabled", true);
        host.Packages.Remove("unattended-upgrades");
        ImmutableArray<Conflict> conflicts = await Scene.Transactions(host).ConflictsAsync(Scene.Transactions(host).Read(waiting.Id).Value, Cancel);
        Assert.Equal(["-enabled, stopped", "+disabled, running"], conflicts.Single(static one => one.What == "virtward-firewall.service").Difference);
        Assert.Equal(["-1.0", "+not installed"], conflicts.Single(static one => one.What.Contains("unattended-upgrades", StringComparison.Ordinal)).Difference);
    }

    [Theory]
    [InlineData("nft -f")]
    [InlineData("systemctl mask")]
    [InlineData("env DEBIAN_FRONTEND=noninteractive")]
    [InlineData("switch set")]
    [InlineData("judge sshd")]
    [InlineData("serve sshd")]
    [InlineData("systemctl try-reload-or-restart")]
    public async Task A_step_that_fails_takes_everything_back(string refused)
    {
        MemoryHost host = Scene.Host();
        string before = host.Picture();
        host.Refused.Add(refused);
        Result<TransactionRecord> applied = await Scene.ApplyAsync(host);
        Assert.Contains("everything is as it was before", applied.Problem!.Hint, StringComparison.Ordinal);
        Assert.Equal(before, host.Picture());
        Assert.Empty(host.Armed);
        Assert.Null(Scene.Transactions(host).Pending().Value);
    }

    [Theory]
    [InlineData("judge sshd")]
    [InlineData("serve sshd")]
    public async Task A_service_whose_program_refuses_what_is_put_back_is_not_told_of_it(string refused)
    {
        MemoryHost host = Scene.Host();
        TransactionRecord waiting = (await Scene.ApplyAsync(host)).Value;
        Assert.Contains("notice ssh.service", host.Log);
        Transactions transactions = Scene.Transactions(host);
        Assert.True((await transactions.ConfirmAsync(Scene.Ssh(host.Uptime.TotalSeconds + 1), Cancel)).IsOk);
        host.Log.Clear();
        host.Refused.Add(refused);
        Assert.Equal(TransactionStatus.Reverted, (await transactions.RevertAsync(waiting.Id, "asked for", null, alsoConfirmed: true, TimeSpan.Zero, Cancel)).Value.Status);
        Assert.DoesNotContain("notice ssh.service", host.Log);
    }

    [Fact]
    public async Task A_change_that_may_be_left_out_does_not_keep_the_others_from_being_made()
    {
        MemoryHost host = Scene.Host();
        host.Unreachable.Add("far");
        TransactionRecord waiting = (await Scene.ApplyAsync(host)).Value;
        string told = Assert.Single(waiting.LeftOut);
        Assert.StartsWith("fetch from afar: the package manager could not install it: no mirror", told, StringComparison.Ordinal);
        Assert.DoesNotContain("/etc/far.conf", host.Files.Keys);
        Assert.Contains(Scene.Dropin, host.Files.Keys);
        Assert.Equal(TransactionStatus.Confirmed, (await Scene.Transactions(host).ConfirmAsync(Scene.Ssh(host.Uptime.TotalSeconds + 1), Cancel)).Value.Status);
        Assert.DoesNotContain("/etc/far.boot", host.Files.Keys);
        Assert.Equal("far", Assert.Single((await Scene.PlanAsync(host)).Changes).Change.Id);
    }

    [Fact]
    public async Task What_does_not_come_out_as_planned_is_taken_back()
    {
        MemoryHost host = Scene.Host();
        string before = host.Picture();
        Result<TransactionRecord> applied = await Scene.ApplyAsync(host, static _ => Task.FromResult<Result<Done>>(new Problem("management cannot reach sshd")));
        Assert.Equal("management cannot reach sshd", applied.Problem!.What);
        Assert.Equal(before, host.Picture());
    }

    [Fact]
    public async Task A_disk_that_fills_up_half_way_is_no_obstacle_to_the_way_back()
    {
        MemoryHost host = Scene.Host();
        string before = host.Picture();
        Result<TransactionRecord> applied = await Scene.ApplyAsync(host, _ =>
        {
            host.DiskIsFull = true;
            return Task.FromResult<Result<Done>>(default(Done));
        });
        Assert.Contains("No space left", applied.Problem!.What, StringComparison.Ordinal);
        Assert.Equal(before, host.Picture());
    }

    [Fact]
    public async Task A_stale_plan_is_refused_and_nothing_happens()
    {
        MemoryHost host = Scene.Host();
        ClosingPlan plan = await Scene.PlanAsync(host);
        host.Files["/etc/ssh/old.conf"] = host.Files["/etc/ssh/old.conf"] with { Content = Blob.FromText("somebody was here\n") };
        string before = host.Picture();
        Problem problem = (await Scene.Transactions(host).ApplyAsync(new ApplyRequest(plan, Scene.Ssh(1), TimeSpan.FromSeconds(60)), Cancel)).Problem!;
        Assert.Equal("the host has changed since the plan was made: /etc/ssh/old.conf (run virtward plan again)", problem.ToString());
        Assert.Equal(before, host.Picture());
    }

    [Fact]
    public async Task One_at_a_time()
    {
        MemoryHost host = Scene.Host();
        Assert.True((await Scene.ApplyAsync(host)).IsOk);
        Assert.StartsWith("another transaction is neither", (await Scene.ApplyAsync(host)).Problem!.What, StringComparison.Ordinal);
        using (((ITransactionFiles)host).TryLock().Value)
        {
            Assert.StartsWith("another virtward is changing", (await Scene.ApplyAsync(host)).Problem!.What, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_restart_is_a_way_back()
    {
        MemoryHost host = Scene.Host();
        string before = host.Picture();
        KeyValuePair<string, string>[] settings = [.. host.Settings];
        TransactionRecord waiting = (await Scene.ApplyAsync(host)).Value;
        host.Reboot("boot-2", settings);
        TransactionRecord early = (await Scene.Transactions(host, booting: true).RevertAsync(waiting.Id, "the machine started anew", null, false, TimeSpan.Zero, Cancel)).Value;

        // Before the network nothing can be fetched, and what only a running program can set is not tried; the rest is done.
        Assert.Equal(TransactionStatus.Reverting, early.Status);
        Assert.Contains(waiting.Id, host.Armed);
        Assert.DoesNotContain("telnetd", host.Packages);
        Assert.Contains("unattended-upgrades", host.Packages);
        Assert.DoesNotContain(early.Entries, static entry => entry.Kind == JournalKind.NotRestored);
        Assert.Equal("on", host.Switches["nfs"]);

        host.NextProcess();
        TransactionRecord late = (await Scene.Transactions(host).RevertAsync(waiting.Id, "the machine started anew", null, false, TimeSpan.Zero, Cancel)).Value;
        Assert.Equal(TransactionStatus.Reverted, late.Status);
        Assert.Empty(host.Armed);
        Assert.Equal(before, host.Picture());
    }

    [Fact]
    public async Task A_saved_plan_says_the_same()
    {
        ClosingPlan plan = await Scene.PlanAsync(Scene.Host());
        string text = PlanText.Write(plan);
        ClosingPlan read = PlanText.Read(text, "plan.json").Value;
        Assert.Equal(text, PlanText.Write(read));
        Assert.Equal(plan.Changes.SelectMany(static change => change.Steps).Select(static one => StepWords.Line(one.Step, one.Before)),
            read.Changes.SelectMany(static change => change.Steps).Select(static one => StepWords.Line(one.Step, one.Before)));
    }
}
