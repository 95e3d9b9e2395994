using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Virtward.Host.Tests.Program;
using Virtward.Host.Tests.Support;
using Xunit;

namespace Virtward.Host.Tests.Closing;

/// <summary>
/// Applies, confirmations and rollbacks killed at any moment, again and again, watch and all: each life ends confirmed or exactly as before, and the administrator gets in.
/// VIRTWARD_LIVES says how many (1,000 take some hours), VIRTWARD_LIVES_SEED which.
/// </summary>
public sealed class KilledLivesTests : IDisposable
{
    private const int UsualLives = 6;
    private const int MostKills = 4;
    private readonly ThrowawayHost _host = new();
    private readonly Random _random;
    private readonly int _seed;

    public KilledLivesTests()
    {
        _seed = Number("VIRTWARD_LIVES_SEED", 20261128);
        _random = new Random(_seed);
        _host.Write("/etc/virtward/policy.yaml", ThrowawayHost.Policy);
    }

    public void Dispose() => _host.Dispose();

    [Fact]
    public async Task Killed_at_any_moment_it_ends_confirmed_or_as_before_and_nobody_is_locked_out()
    {
        int lives = Number("VIRTWARD_LIVES", UsualLives);
        string before = _host.Picture();
        Good(_host.OverSsh("apply", "--yes", "--confirm-within", "600"));
        Good(_host.OverSsh("confirm"));
        string closed = _host.Picture();
        Good(_host.Virtward("rollback"));
        Same(before, _host.Picture(), "the way there and back without a killing");
        int confirmed = 0, kills = 0;
        for (int life = 0; life < lives; life++)
        {
            string story = $"seed {_seed}, life {life}:";
            _host.In("rm", "-rf", "/var/lib/virtward/transactions");

            // Every third life gets as far as its confirmation, or hardly any would, and that is killed then.
            bool isLate = life % 3 == 1;
            story += " apply " + await KilledAsync(_host.StartSsh([], "apply", "--yes", "--confirm-within", "600"), isApply: true, isLate);
            for (int more = Math.Max(isLate ? 1 : 0, _random.Next(MostKills)); more > 0; more--)
            {
                story += Status() switch
                {
                    "waiting" when _random.Next(4) > 0 => ", confirm " + await KilledAsync(_host.StartSsh([], "confirm"), isApply: false),
                    "confirmed" or "waiting" => ", rollback " + await KilledAsync(_host.StartSsh([], "rollback"), isApply: false),
                    "" or "reverted" => "",
                    _ => ", the way back " + await KilledAsync(_host.Start(BuiltProgram.Path, "rollback", "--unconfirmed"), isApply: false),
                };
            }

            kills += story.Split("killed").Length - 1;

            // What the boot's units do, if the watch has not done it yet.
            CommandRun last = _host.Virtward("rollback", "--unconfirmed");
            Assert.True(last.ExitCode == 0, $"{story}: {last.Error}");
            await Eventually.HoldsAsync(() => Status() is "" or "confirmed" or "reverted", $"{story}: neither confirmed nor taken back", seconds: 60);
            bool isClosed = Status() == "confirmed";
            Same(isClosed ? closed : before, _host.Picture(), story);
            Assert.True(_host.GetsIn(), $"{story}: the administrator is locked out");
            if (isClosed)
            {
                confirmed++;
                Good(_host.Virtward("rollback"));
                Same(before, _host.Picture(), story);
            }

            if (lives > UsualLives)
            {
                Console.Error.WriteLine($"{story}; {(isClosed ? "confirmed" : "as before")}");
            }
        }

        Console.Error.WriteLine($"{lives} lives, {kills} killings: {confirmed} ended confirmed, {lives - confirmed} as before, 0 locked out");
    }

    // All of ours, or the watch lives on.
    private async Task<string> KilledAsync(Process work, bool isApply, bool isLetThrough = false)
    {
        bool all = _random.Next(2) == 0;
        var begun = Stopwatch.StartNew();
        if (isApply)
        {
            // Before that nothing has been done; the killing is to meet what is.
            while (!work.HasExited && !_host.HasTransaction() && begun.Elapsed < TimeSpan.FromMinutes(2))
            {
                await Task.Delay(2, TestContext.Current.CancellationToken);
            }

            begun.Restart();
        }

        var moment = TimeSpan.FromMilliseconds(isLetThrough ? 120_000 : _random.Next(3) == 0 ? 30_000 : _random.Next(1, _random.Next(10, isApply ? 3_000 : 900)));
        while (!work.HasExited && begun.Elapsed < moment)
        {
            await Task.Delay(1, TestContext.Current.CancellationToken);
        }

        bool over = work.HasExited;
        _host.In("pkill", "-9", "-f", all ? "(^|/)virtward " : "(^|/)virtward (apply|confirm|rollback)");
        ThrowawayHost.End(work, "");
        return over ? all ? "went through, and the watch was killed" : "went through" : string.Create(CultureInfo.InvariantCulture, $"{(all ? "(and the watch) " : "")}killed after {moment.TotalMilliseconds} ms");
    }

    private string Status()
    {
        using JsonDocument told = JsonDocument.Parse(Good(_host.Virtward("history", "--json")));
        JsonElement transactions = told.RootElement.GetProperty("transactions");
        return transactions.GetArrayLength() == 0 ? "" : transactions[0].GetProperty("status").GetString()!;
    }

    private static string Good(CommandRun run)
    {
        Assert.True(run.ExitCode == 0, run.Error);
        return run.Output;
    }

    private static int Number(string name, int usual) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : usual;

    private static void Same(string before, string after, string story)
    {
        string[] was = before.Split('\n');
        string[] now = after.Split('\n');
        Assert.True(before == after, $"{story}\ngone: {string.Join('\n', was.Except(now))}\nnew: {string.Join('\n', now.Except(was))}");
    }
}
