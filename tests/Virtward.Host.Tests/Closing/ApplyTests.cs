using System.Diagnostics;
using System.Text.Json;
using Virtward.Host.Tests.Program;
using Virtward.Host.Tests.Support;
using Xunit;

namespace Virtward.Host.Tests.Closing;

/// <summary>A host is closed by its policy as its administrator does it: with a real sshd, over real connections, cut and killed at will.</summary>
public sealed class ApplyTests : IDisposable
{
    private readonly ThrowawayHost _host = new();

    public ApplyTests() => _host.Write("/etc/virtward/policy.yaml", ThrowawayHost.Policy);

    public void Dispose() => _host.Dispose();

    [Fact]
    public void The_host_is_closed_and_confirmed_over_a_new_connection_only()
    {
        string before = _host.Picture();
        Assert.True(ThrowawayHost.Connects(_host.Internet, "203.0.113.10", 22));
        CommandRun plan = _host.Virtward("plan", "--detailed-exitcode");
        Assert.True(plan.ExitCode == 2, plan.Error);
        Assert.Contains("firewall: close the host", plan.Output, StringComparison.Ordinal);
        Assert.Contains("Ways in that stay open\n  management: ", plan.Output, StringComparison.Ordinal);
        Assert.Contains("root may become root and has a key that sshd would take", plan.Output, StringComparison.Ordinal);
        Assert.Equal(before, _host.Picture());

        // The administrator's session, kept open through the change.
        string control = Path.Combine(Path.GetDirectoryName(_host.Key)!, "control");
        string[] shared = ["-o", "ControlMaster=auto", "-o", "ControlPersist=120", "-S", control];
        CommandRun applied = ThrowawayHost.End(_host.StartSsh(shared, "apply", "--yes", "--confirm-within", "120", "--json"), "");
        Assert.True(applied.ExitCode == 0, applied.Error);
        using (JsonDocument answer = JsonDocument.Parse(applied.Output))
        {
            Assert.Equal("waiting", answer.RootElement.GetProperty("status").GetString());
        }

        Assert.False(ThrowawayHost.Connects(_host.Internet, "203.0.113.10", 22));
        Assert.False(ThrowawayHost.Connects(_host.Internet, "2001:db8::10", 22));
        Assert.True(ThrowawayHost.Connects(_host.Management, "192.168.1.100", 22));

        CommandRun old = ThrowawayHost.End(_host.StartSsh(shared, "confirm"), "");
        Assert.Equal(2, old.ExitCode);
        Assert.Contains("opened before the change", old.Error, StringComparison.Ordinal);
        CommandRun script = _host.Virtward("confirm");
        Assert.Equal(2, script.ExitCode);
        Assert.Contains("no SSH connection", script.Error, StringComparison.Ordinal);
        CommandRun again = _host.Virtward("apply", "--yes");
        Assert.Equal(2, again.ExitCode);
        Assert.Contains("neither confirmed nor taken back", again.Error, StringComparison.Ordinal);

        // Not only its files: the sshd that answers is the one that is confirmed.
        Assert.Contains("Permission denied (publickey)", _host.WithoutKey().Error, StringComparison.Ordinal);
        CommandRun confirmed = _host.OverSsh("confirm");
        Assert.True(confirmed.ExitCode == 0, confirmed.Error);
        CommandRun nothing = _host.Virtward("plan", "--detailed-exitcode");
        Assert.True(nothing.ExitCode == 0, nothing.Output + nothing.Error);
        CommandRun audit = _host.Virtward("audit", "--json", "--only", "EXP-01,EXP-02,FW-02,FW-03,FW-05,FW-15,SSH-01,SSH-03");
        using (JsonDocument found = JsonDocument.Parse(audit.Output))
        {
            Assert.Empty(found.RootElement.GetProperty("findings").EnumerateArray().Select(static one => one.GetProperty("id").GetString()));
        }

        CommandRun history = _host.Virtward("history", "--json");
        using (JsonDocument told = JsonDocument.Parse(history.Output))
        {
            JsonElement last = told.RootElement.GetProperty("transactions")[0];
            Assert.Equal("confirmed", last.GetProperty("status").GetString());
            Assert.Equal("192.168.1.5", last.GetProperty("from").GetString());
        }

        CommandRun back = _host.Virtward("rollback");
        Assert.True(back.ExitCode == 0, back.Error);
        Same(before, _host.Picture());
        Assert.True(ThrowawayHost.Connects(_host.Internet, "203.0.113.10", 22));
    }

    [Fact]
    public async Task What_nobody_confirms_is_taken_back_though_the_connection_is_cut()
    {
        string before = _host.Picture();
        Process session = _host.StartSsh(["-tt"], "apply", "--yes", "--confirm-within", "10");
        await Eventually.HoldsAsync(() => _host.Virtward("history", "--json").Output.Contains("\"waiting\"", StringComparison.Ordinal), "it never waited", seconds: 90);
        session.Kill();
        ThrowawayHost.End(session, "");
        await Eventually.HoldsAsync(() => _host.Virtward("history", "--json").Output.Contains("\"status\":\"reverted\"", StringComparison.Ordinal), "nobody took it back", seconds: 90);
        Assert.Contains("nobody confirmed it in time", _host.Virtward("history", Last()).Output, StringComparison.Ordinal);
        Same(before, _host.Picture());
    }

    [Fact]
    public async Task Killed_with_its_whole_process_group_at_any_time_it_ends_as_before()
    {
        const int lives = 3;
        string before = _host.Picture();
        var random = new Random(20261128);
        for (int life = 0; life < lives; life++)
        {
            using Process session = _host.Start("setsid", "--wait", BuiltProgram.Path, "apply", "--yes", "--confirm-within", "10");
            await Eventually.HoldsAsync(() => session.HasExited || _host.In("ls", "/var/lib/virtward/transactions").Output.Contains('-', StringComparison.Ordinal), "it never began", seconds: 90);
            // The moment of the killing: anywhere in the steps and the second look.
            await Task.Delay(random.Next(0, 400), TestContext.Current.CancellationToken);
            _host.In("pkill", "-9", "-f", "virtward apply --yes");
            session.WaitForExit();
            await Eventually.HoldsAsync(() => !Pending(Good(_host.Virtward("history", "--json"))), $"life {life}: it is neither confirmed nor taken back", seconds: 120);
            Same(before, _host.Picture());
            _host.In("rm", "-rf", "/var/lib/virtward/transactions");
        }
    }

    [Fact]
    public void A_plan_that_locks_out_whoever_applies_it_is_refused_and_nothing_happens()
    {
        // The administrator sits in a network that the policy takes for the Internet.
        _host.Write("/etc/virtward/policy.yaml", ThrowawayHost.Policy.Replace("192.168.1.0/24", "192.168.7.0/24", StringComparison.Ordinal));
        string before = _host.Picture();
        CommandRun applied = _host.OverSsh("apply", "--yes");
        Assert.Equal(2, applied.ExitCode);
        Assert.Contains("would lock out", applied.Error, StringComparison.Ordinal);
        Assert.Contains("192.168.1.5", applied.Error, StringComparison.Ordinal);
        Same(before, _host.Picture());
        Assert.Contains("Nothing was ever applied", _host.Virtward("history").Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_session_in_tmux_is_judged_like_the_connection_it_was_started_over()
    {
        string before = _host.Picture();
        const string connection = "SSH_CONNECTION=203.0.113.1 50000 203.0.113.10 22";
        CommandRun plan = _host.In("env", connection, BuiltProgram.Path, "plan");
        Assert.Equal(0, plan.ExitCode);
        Assert.Contains("virtward apply will refuse this plan, for it would lock out:\n  this session's address 203.0.113.1", plan.Output, StringComparison.Ordinal);
        CommandRun refused = _host.In("env", connection, BuiltProgram.Path, "apply", "--yes");
        Assert.Equal(2, refused.ExitCode);
        Assert.Contains("this session's address 203.0.113.1 (zone internet, by up0)", refused.Error, StringComparison.Ordinal);
        Same(before, _host.Picture());
    }

    [Fact]
    public void An_address_for_sshd_that_the_host_does_not_have_is_refused()
    {
        _host.Write("/etc/virtward/policy.yaml", ThrowawayHost.Policy + "\nssh: { listen: [192.0.2.77] }\n");
        string before = _host.Picture();
        CommandRun refused = _host.Virtward("apply", "--yes");
        Assert.Equal(2, refused.ExitCode);
        Assert.Contains("sshd would listen on no address that this host has", refused.Error, StringComparison.Ordinal);
        Same(before, _host.Picture());
    }

    [Fact]
    public void A_saved_plan_is_refused_when_the_host_or_the_policy_has_changed()
    {
        CommandRun plan = _host.Virtward("plan", "--out", "/root/plan.json");
        Assert.True(plan.ExitCode == 0, plan.Error);
        Assert.Equal("600", _host.In("stat", "-c", "%a", "/root/plan.json").Output.Trim());
        _host.Write("/etc/virtward/policy.yaml", ThrowawayHost.Policy + "\n# changed\n");
        Assert.Contains("the policy has changed", _host.Virtward("apply", "/root/plan.json", "--yes").Error, StringComparison.Ordinal);
        _host.Write("/etc/virtward/policy.yaml", ThrowawayHost.Policy);
        _host.In("nft", "add", "table", "inet", "virtward");
        _host.In("nft", "add", "chain", "inet", "virtward", "policy_input");
        Assert.Contains("the host has changed since the plan was made: table virtward", _host.Virtward("apply", "/root/plan.json", "--yes").Error, StringComparison.Ordinal);
        _host.In("nft", "delete", "table", "inet", "virtward");
        CommandRun applied = _host.Virtward("apply", "/root/plan.json", "--yes", "--confirm-within", "60");
        Assert.True(applied.ExitCode == 0, applied.Error);
        Assert.True(_host.Virtward("rollback").ExitCode == 0);
    }

    [Fact]
    public void Wrong_input_is_one_sentence()
    {
        Assert.Equal("virtward: nobody is there to agree to the plan (look at virtward plan, then give --yes)\n", _host.Virtward("apply").Error);
        Assert.Equal("virtward: there is nothing to confirm (virtward history shows what was confirmed or taken back)\n", _host.Virtward("confirm").Error);
        Assert.Equal("virtward: there is nothing to take back (virtward history shows what there was)\n", _host.Virtward("rollback").Error);
        Assert.Equal("virtward: there is no such transaction: no-such-transaction (virtward history lists them)\n", _host.Virtward("rollback", "../../etc").Error);
        Assert.Equal(
            "virtward: --confirm-within: a time in seconds is a number from 10 to 86400, and '5' is none (see virtward --help)\n", _host.Virtward("apply", "--confirm-within", "5").Error);
        Assert.Equal(
            "virtward: --confirm-within: a time in seconds is a number from 10 to 86400, and 'soon' is none (see virtward --help)\n", _host.Virtward("apply", "--confirm-within", "soon").Error);
        Assert.Equal("virtward: --ssh-port: a port is a number from 1 to 65535, and 'x' is none (see virtward --help)\n", _host.Virtward("init", "--ssh-port", "x").Error);
        _host.In("rm", "/etc/virtward/policy.yaml");
        Assert.Equal("virtward: there is no policy to plan by: /etc/virtward/policy.yaml (run virtward init first)\n", _host.Virtward("plan").Error);
        Assert.Equal(1, _host.Virtward("plan", "--detailed-exitcode").ExitCode);
    }

    private static string Good(CommandRun run)
    {
        Assert.True(run.ExitCode == 0, run.Error);
        return run.Output;
    }

    private static bool Pending(string history)
    {
        using JsonDocument told = JsonDocument.Parse(history);
        return told.RootElement.GetProperty("transactions").EnumerateArray().Any(static one => one.GetProperty("status").GetString() is not ("confirmed" or "reverted"));
    }

    private string Last()
    {
        using JsonDocument told = JsonDocument.Parse(_host.Virtward("history", "--json").Output);
        return told.RootElement.GetProperty("transactions")[0].GetProperty("id").GetString()!;
    }

    private static void Same(string before, string after)
    {
        string[] was = before.Split('\n');
        string[] now = after.Split('\n');
        Assert.True(before == after, $"gone: {string.Join('\n', was.Except(now))}\nnew: {string.Join('\n', now.Except(was))}");
    }
}
