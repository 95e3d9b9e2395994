using System.Diagnostics;
using System.Text.Json;
using Virtward.Host.Tests.Support;
using Xunit;

namespace Virtward.Host.Tests.Program;

/// <summary>The guard as its user runs it: a log in, bans in the kernel, commands by hand, whatever happens to it meanwhile.</summary>
public sealed class GuardRunTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("virtward-guard-");
    private readonly NetworkNamespace _host = new();
    private int _pid = 1000;

    private string Log => Path.Combine(_folder.FullName, "auth.log");

    private string State => Path.Combine(_folder.FullName, "state");

    [Fact]
    public async Task An_attack_ends_in_the_kernel_and_hands_can_change_it()
    {
        File.WriteAllText(Log, "");
        using RunningGuard guard = Run();
        await guard.ReadyAsync();

        Fail("198.51.100.7", 3);
        await guard.BansAsync("198.51.100.7");
        Assert.Contains("198.51.100.7", Kernel());

        foreach (int host in (int[])[11, 12, 13])
        {
            Fail($"203.0.113.{host}", 3);
        }

        await guard.BansAsync("203.0.113.0/24");
        JsonElement prefix = guard.Of("ban").Single(ban => ban.GetProperty("address").GetString() == "203.0.113.0/24");
        Assert.Equal(3, prefix.GetProperty("members").GetInt32());
        Assert.Equal(256, prefix.GetProperty("addresses").GetInt64());
        Assert.Equal("sshd", prefix.GetProperty("jail").GetString());
        await Eventually.HoldsAsync(() => !Kernel().Contains("203.0.113.11", StringComparison.Ordinal), "the single bans are folded");

        CommandRun allow = Hand("allow", "203.0.113.200", "--comment", "office");
        Assert.Equal(0, allow.ExitCode);
        Assert.Equal([false, false, false, true], [Holds("ban4_24", "203.0.113.0"), Holds("ban4_28", "203.0.113.192"), Holds("ban4_32", "203.0.113.200"), Holds("ban4_32", "203.0.113.201")]);

        CommandRun unban = Hand("unban", "198.51.100.7");
        Assert.True(unban.ExitCode == 0, unban.Error);
        Assert.DoesNotContain("198.51.100.7", Kernel(), StringComparison.Ordinal);
        Assert.Equal(1, Hand("unban", "198.51.100.7").ExitCode);

        CommandRun everybody = Hand("allow", "0.0.0.0/0");
        Assert.Equal(2, everybody.ExitCode);
        Assert.Contains("nobody could ever be banned", everybody.Error, StringComparison.Ordinal);

        using JsonDocument carved = JsonDocument.Parse(Hand("bans", "--json").Output);
        Assert.Equal(255, carved.RootElement.GetProperty("bans")[0].GetProperty("addresses").GetInt64());
        using JsonDocument disallowed = JsonDocument.Parse(Hand("disallow", "192.0.2.99", "--json").Output);
        Assert.False(disallowed.RootElement.GetProperty("changed").GetBoolean());
        Assert.Equal("192.0.2.99", disallowed.RootElement.GetProperty("targets")[0].GetString());

        CommandRun forbidden = Hand("ban", "203.0.113.200");
        Assert.Equal(2, forbidden.ExitCode);
        Assert.Contains("office", forbidden.Error, StringComparison.Ordinal);

        Assert.Equal(0, Hand("ban", "192.0.2.0/28", "--for", "1h").ExitCode);
        Assert.Contains("192.0.2.0", Kernel(), StringComparison.Ordinal);

        using JsonDocument status = JsonDocument.Parse(Hand("status", "--json").Output);
        Assert.True(status.RootElement.GetProperty("running").GetBoolean());
        Assert.Equal(2, status.RootElement.GetProperty("bans").GetProperty("inForce").GetInt32());
        Assert.Equal(0, await guard.StopAsync());
        Assert.Contains("192.0.2.0", Kernel(), StringComparison.Ordinal);
    }

    /// <summary>libnftables waits with select(2), which ends a program whose descriptor is 1,024 or more.</summary>
    [Fact]
    public async Task It_bans_with_more_open_files_than_libnftables_can_wait_for()
    {
        File.WriteAllText(Log, "");
        using RunningGuard guard = RunningGuard.StartWithFiles(_host, 1100, "--log", Log, "--state", State);
        await guard.ReadyAsync();
        Fail("198.51.100.7", 3);
        await guard.BansAsync("198.51.100.7");
        Assert.Contains("198.51.100.7", Kernel());
        Assert.Equal(0, await guard.StopAsync());
    }

    [Fact]
    public async Task A_flushed_ruleset_is_put_back()
    {
        File.WriteAllText(Log, "");
        using RunningGuard guard = Run();
        await guard.ReadyAsync();
        Fail("198.51.100.7", 3);
        await guard.BansAsync("198.51.100.7");

        for (int i = 0; i < 5; i++)
        {
            _host.Nft("flush ruleset");
            await Eventually.HoldsAsync(() => Kernel().Contains("198.51.100.7", StringComparison.Ordinal), "the ban is back");
        }

        _host.Nft("delete table inet virtward");
        await Eventually.HoldsAsync(() => Kernel().Contains("198.51.100.7", StringComparison.Ordinal), "the ban is back after the table was deleted");
    }

    [Fact]
    public async Task Killed_at_any_moment_it_loses_no_ban_and_doubles_none()
    {
        File.WriteAllText(Log, "");
        var random = new Random(20261121);
        var attackers = new List<string>();
        RunningGuard guard = Calm();
        try
        {
            await guard.ReadyAsync();
            for (int round = 0; round < 12; round++)
            {
                for (int i = 0; i < 20; i++)
                {
                    // Each in a /24 of its own: prefix bans have tests of their own.
                    string address = $"{100 + (round / 6)}.{round}.{i}.{random.Next(1, 255)}";
                    attackers.Add(address);
                    Fail(address, 3);
                    await Task.Delay(random.Next(3), TestContext.Current.CancellationToken);
                }

                await Task.Delay(random.Next(40), TestContext.Current.CancellationToken);
                guard.KillHard();
                guard.Dispose();
                guard = Calm();
            }

            await guard.ReadyAsync();
            await Eventually.HoldsAsync(
                () => attackers.TrueForAll(address => Kernel().Contains(address, StringComparison.Ordinal)), "every attacker is in the kernel", 60);
            using JsonDocument bans = JsonDocument.Parse(Hand("bans", "--json").Output);
            List<string> banned = [.. bans.RootElement.GetProperty("bans").EnumerateArray().Select(ban => ban.GetProperty("address").GetString()!)];
            Assert.Equal(attackers.Order(), banned.Order());
            Assert.All(
                bans.RootElement.GetProperty("bans").EnumerateArray(),
                ban =>
                {
                    Assert.Equal((3, 0), (ban.GetProperty("sightings").GetInt32(), ban.GetProperty("repeats").GetInt32()));
                    Assert.Contains($"Failed password for root from {ban.GetProperty("address").GetString()} ", ban.GetProperty("evidence").GetString(), StringComparison.Ordinal);
                });
        }
        finally
        {
            guard.Dispose();
        }
    }

    [Fact]
    public async Task Failures_before_a_restart_count_on_after_it()
    {
        File.WriteAllText(Log, "");
        using (RunningGuard first = Run())
        {
            await first.ReadyAsync();
            Fail("198.51.100.7", 2);
            await Eventually.HoldsAsync(() => Hand("status", "--json").Output.Contains("\"matched\":2", StringComparison.Ordinal), "both lines were read");
            Assert.Equal(0, await first.StopAsync());
        }

        using RunningGuard second = Run();
        await second.ReadyAsync();
        Fail("198.51.100.7", 1);
        await second.BansAsync("198.51.100.7");
    }

    [Fact]
    public async Task Without_a_daemon_store_and_kernel_are_changed_by_hand()
    {
        Assert.Equal(0, Hand("ban", "198.51.100.0/24", "--reason", "test").ExitCode);
        Assert.Contains("198.51.100.0", Kernel(), StringComparison.Ordinal);
        Assert.Contains("198.51.100.0/24", Hand("bans").Output, StringComparison.Ordinal);
        Assert.Contains("no daemon is at work", Hand("status").Output, StringComparison.Ordinal);

        // A guard that starts later knows of it.
        File.WriteAllText(Log, "");
        using (RunningGuard guard = Run())
        {
            await guard.ReadyAsync();
            Assert.Contains("198.51.100.0/24", Hand("bans").Output, StringComparison.Ordinal);
        }

        CommandRun flush = Hand("guard", "flush");
        Assert.True(flush.ExitCode == 0, flush.Error);
        Assert.DoesNotContain("guard_prerouting", _host.Exec("nft", ["list", "ruleset"]), StringComparison.Ordinal);
        Assert.Equal("nobody is banned\n", Hand("bans").Output);
    }

    [Fact]
    public async Task A_second_guard_on_the_same_state_is_refused()
    {
        File.WriteAllText(Log, "");
        using RunningGuard guard = Run();
        await guard.ReadyAsync();
        CommandRun second = CommandRun.In(_host, "guard", "run", "--log", Log, "--state", State);
        Assert.Equal(2, second.ExitCode);
        Assert.Contains("another Virtward is at work here", second.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_simulated_jail_tells_and_does_not_touch_the_kernel()
    {
        string policy = Path.Combine(_folder.FullName, "policy.yaml");
        File.WriteAllText(policy, "version: 1\nguard:\n  jails:\n    sshd: { maxretry: 2, mode: simulate }\n");
        File.WriteAllText(Log, "");
        using RunningGuard guard = RunningGuard.Start(_host, "--policy", policy, "--log", Log, "--state", State);
        await guard.ReadyAsync();
        Fail("198.51.100.7", 2);
        await guard.BansAsync("198.51.100.7");
        Assert.True(guard.Of("ban").Single().GetProperty("simulated").GetBoolean());
        Assert.DoesNotContain("198.51.100.7", Kernel(), StringComparison.Ordinal);
    }

    public void Dispose()
    {
        _host.Dispose();
        _folder.Delete(recursive: true);
    }

    // Without the siege watch, which so many attackers at once would rightly call.
    private RunningGuard Calm()
    {
        string policy = Path.Combine(_folder.FullName, "policy.yaml");
        File.WriteAllText(policy, "version: 1\nguard:\n  jails:\n    sshd: { maxretry: 3 }\n  siege: false\n");
        return RunningGuard.Start(_host, "--policy", policy, "--log", Log, "--state", State);
    }

    private RunningGuard Run() => RunningGuard.Start(_host, "--log", Log, "--state", State);

    private CommandRun Hand(params string[] arguments) => CommandRun.In(_host, [.. arguments, "--state", State]);

    private string Kernel() => _host.Exec("nft", ["list", "ruleset"]);

    private void Fail(string address, int times)
    {
        for (int i = 0; i < times; i++)
        {
            File.AppendAllText(Log, RunningGuard.FailedPassword(address, _pid++));
        }
    }

    // Bans lie in sets by prefix length; a /24 around an address that is never banned becomes /28s and single addresses.
    private bool Holds(string set, string address)
    {
        using Process nft = _host.Start("nft", ["get", "element", "inet", "virtward", set, $"{{ {address} }}"]);
        nft.WaitForExit();
        return nft.ExitCode == 0;
    }
}
