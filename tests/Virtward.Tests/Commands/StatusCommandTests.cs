using System.Collections.Immutable;
using System.Text.Json;
using Virtward.Commands;
using Virtward.Control;
using Virtward.Hardening.Drift;
using Virtward.Hardening.Plan;
using Virtward.Hardening.Transaction;
using Virtward.Linux.Changing;
using Xunit;

namespace Virtward.Tests.Commands;

/// <summary><c>virtward status</c> on a host that was closed and has no guard.</summary>
public sealed class StatusCommandTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("virtward-status-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Where_the_guard_has_never_run_it_says_so_and_tells_drift_all_the_same()
    {
        DateTimeOffset looked = TimeProvider.System.GetUtcNow();
        var drift = new DriftRecord(looked, ImmutableArray.Create(new DriftedChange("firewall", "the firewall"))) { Since = looked };
        Assert.True(DriftFile.Write(_folder.FullName, drift).IsOk);

        (int code, string output, string error) = await RunAsync("status", "--state", _folder.FullName);
        Assert.Equal((ExitCode.Ok, ""), (code, error));
        Assert.Contains("the guard has never run here", output);
        Assert.Contains("! drift: 1 change since ", output);
        Assert.Contains("firewall", output);

        (code, output, _) = await RunAsync("status", "--json", "--state", _folder.FullName);
        Assert.Equal(ExitCode.Ok, code);
        using JsonDocument status = JsonDocument.Parse(output);
        Assert.Equal((false, 0), (status.RootElement.GetProperty("running").GetBoolean(), status.RootElement.GetProperty("bans").GetProperty("inForce").GetInt32()));
        Assert.Equal("firewall", status.RootElement.GetProperty("drift").GetProperty("changes")[0].GetString());
    }

    [Fact]
    public async Task A_change_that_waits_for_its_confirmation_is_told_first()
    {
        var files = new TransactionFiles(_folder.FullName);
        var boot = new BootClock();
        const string Id = "20261128-120000-ab12";
        Assert.True(files.Create(Id, "{}").IsOk);
        Append(JournalKind.Begun);
        Assert.Equal(new PendingDocument(Id, "applying", null), PendingDocument.Of(_folder.FullName));
        Append(JournalKind.Waiting);

        (int code, string output, _) = await RunAsync("status", "--state", _folder.FullName);
        Assert.Equal(ExitCode.Ok, code);
        Assert.Matches($"! a change waits for virtward confirm over a new connection, (300|29[0-9]) s are left: {Id}\n", output);
        (_, output, _) = await RunAsync("status", "--json", "--state", _folder.FullName);
        using (JsonDocument status = JsonDocument.Parse(output))
        {
            JsonElement pending = status.RootElement.GetProperty("pending");
            Assert.Equal((Id, "waiting"), (pending.GetProperty("id").GetString(), pending.GetProperty("state").GetString()));
            Assert.InRange(pending.GetProperty("secondsLeft").GetInt64(), 200, 300);
        }

        Append(JournalKind.Reverting);
        (_, output, _) = await RunAsync("status", "--state", _folder.FullName);
        Assert.Contains($"! a change is being taken back: {Id}; virtward history shows how far it is", output);
        Append(JournalKind.Reverted);
        Assert.Null(PendingDocument.Of(_folder.FullName));

        void Append(JournalKind kind)
        {
            var entry = new JournalEntry(kind, TimeProvider.System.GetUtcNow(), boot.Boot, boot.Uptime.TotalSeconds) { Within = 300 };
            Assert.True(files.Append(Id, JsonSerializer.Serialize(entry, PlanJson.Default.JournalEntry)).IsOk);
        }
    }

    private static async Task<(int Code, string Output, string Error)> RunAsync(params string[] args)
    {
        var output = new StringWriter();
        var bytes = new MemoryStream();
        var error = new StringWriter();
        int code = await CommandTree.RunAsync(
            new CommandHost { Out = output, OutBytes = bytes, Error = error, Clock = TimeProvider.System }, args, TestContext.Current.CancellationToken);
        return (code, output + System.Text.Encoding.UTF8.GetString(bytes.ToArray()), error.ToString());
    }
}
