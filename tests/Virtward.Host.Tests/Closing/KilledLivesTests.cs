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
    private const string WayBack = "the way back";

    // One in eight goes through: what is killed then is only the watch, if anything.
    private const double LastMoment = 1.15;
    private readonly ThrowawayHost _host = new();
    private readonly Random _random;
    private readonly int _seed;

    // How long each takes that nobody kills: the moments are spread over that, whatever the machine's speed.
    private readonly Dictionary<string, TimeSpan> _took = new(StringComparer.Ordinal);

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
        await TakeAsync("apply", _host.StartSsh([], "apply", "--yes", "--confirm-within", "600"));
        await TakeAsync("confirm", _host.StartSsh([], "confirm"));
        string closed = _host.Picture();
        await TakeAsync("rollback", _host.StartSsh([], "rollback"));
        Same(before, _host.Picture(), "the way there and back without a killing");
        int confirmed = 0, kills = 0;
        for (int life = 0; life < lives; life++)
        {
            string story = $"seed {_seed}, life {life}:";
            _host.In("rm", "-rf", "/var/lib/virtward/transactions");

            // Every third life gets as far as its confirmation, or hardly any would, and that is killed then.
            bool isLate = life % 3 == 1;
            story += await KilledAsync("apply", _host.StartSsh([], "apply", "--yes", "--confirm-within", "600"), isLate);
            for (int more = Math.Max(isLate ? 1 : 0, _random.Next(MostKills)); more > 0; more--)
            {
                story += Status() switch
                {
                    "waiting" when _random.Next(4) > 0 => await KilledAsync("confirm", _host.StartSsh([], "confirm")),
                    "confirmed" or "waiting" => await KilledAsync("rollback", _host.StartSsh([], "rollback")),
                    "" or "reverted" => "",
                    _ => await KilledAsync(WayBack, _host.Start(BuiltProgram.Path, "rollback", "--unconfirmed")),
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

    private async Task TakeAsync(string name, Process work)
    {
        Stopwatch begun = await BegunAsync(name, work);
        CommandRun run = ThrowawayHost.End(work, "");
        Assert.True(run.ExitCode == 0, run.Error);
        _took[name] = begun.Elapsed;
    }

    // From the moment on that it runs, an apply from its transaction on: before that nothing has been done, and the killing is to meet what is.
    private async Task<Stopwatch> BegunAsync(string name, Process work)
    {
        var begun = Stopwatch.StartNew();
        while (!work.HasExited && !(name == "apply" ? _host.HasTransaction() : _host.Runs(name == WayBack ? "rollback" : name)) && begun.Elapsed < TimeSpan.FromMinutes(2))
        {
            await Task.Delay(2, TestContext.Current.CancellationToken);
        }

        begun.Restart();
        return begun;
    }

    // All of ours, or the watch lives on.
    private async Task<string> KilledAsync(string name, Process work, bool isLetThrough = false)
    {
        bool all = _random.Next(2) == 0;
        Stopwatch begun = await BegunAsync(name, work);
        TimeSpan moment = isLetThrough ? TimeSpan.FromMinutes(2) : _random.NextDouble() * LastMoment * _took.GetValueOrDefault(name, TimeSpan.FromSeconds(1));
        while (!work.HasExited && begun.Elapsed < moment)
        {
            await Task.Delay(1, TestContext.Current.CancellationToken);
        }

        bool over = work.HasExited;
        if (over)
        {
            _took[name] = begun.Elapsed;
        }

        // It may have ended meanwhile (pkill(1): 1).
        bool met = _host.In("pkill", "-9", "-f", all ? "(^|/)virtward " : "(^|/)virtward (apply|confirm|rollback)").ExitCode == 0;
        ThrowawayHost.End(work, "");
        string what = over ? all && met ? "went through, and the watch was killed" : "went through"
            : met ? string.Create(CultureInfo.InvariantCulture, $"{(all ? "(and the watch) " : "")}killed after {moment.TotalMilliseconds:0} ms")
            : "was not met";
        return $"{(name == "apply" ? "" : ",")} {name} {what}";
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
