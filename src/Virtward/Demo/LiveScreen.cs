using System.Diagnostics;
using System.Globalization;
using Spectre.Console;

namespace Virtward.Demo;

/// <summary>
/// One calm screen on a terminal, drawn anew four times a second: the act, the figures, the subnets, the last events. At the end the
/// events give way to all the proofs.
/// </summary>
public sealed class LiveScreen(IAnsiConsole console) : IDemoScreen
{
    /// <summary>What the screen needs besides the last events.</summary>
    private const int LinesAround = 16;

    private const int SubnetsShown = 5;
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(250);

    private readonly Lock _gate = new();
    private readonly Queue<string> _lines = new();
    private readonly List<string> _proofs = [];
    private readonly long _start = Stopwatch.GetTimestamp();
    private string _title = "";
    private string _text = "";
    private (int Attempts, long At) _rateBase = (0, Stopwatch.GetTimestamp());
    private double _rate;

    /// <inheritdoc/>
    public void Caption(string title, string text)
    {
        lock (_gate)
        {
            (_title, _text) = (title, text);
        }
    }

    /// <inheritdoc/>
    public void Event(string kind, string text)
    {
        string colour = kind switch
        {
            "ban" => "grey",
            "subnet" => "yellow",
            "siege" => "blue",
            _ => "default",
        };
        Add($"[{colour}]{kind,-8}[/] {Fit(text)}");
    }

    /// <inheritdoc/>
    public void Proof(bool held, string text)
    {
        string mark = $"[{(held ? "green" : "red")}]{DemoSummary.Mark(held)}[/]";
        Add($"{mark} {Fit(text)}");
        lock (_gate)
        {
            _proofs.Add($"{mark} {Markup.Escape(text)}");
        }
    }

    /// <inheritdoc/>
    public async Task RunAsync(Func<Task> story, Func<DemoFigures> figures)
    {
        LiveDisplay display = console.Live(Draw(figures()))
            .AutoClear(true)
            .Overflow(VerticalOverflow.Crop)
            .Cropping(VerticalOverflowCropping.Bottom);
        await display.StartAsync(async live =>
        {
            Task running = story();
            while (!running.IsCompleted)
            {
                live.UpdateTarget(Draw(figures()));
                await Task.WhenAny(running, Task.Delay(Pace));
            }

            await running;
        });
        Caption("The end", "What was put to the proof, with real packets and a real sshd:");
        _lines.Clear();
        console.Write(Draw(figures()));
        foreach (string proof in _proofs)
        {
            console.MarkupLine(proof);
        }
    }

    private void Add(string line)
    {
        lock (_gate)
        {
            _lines.Enqueue(line);
            while (_lines.Count > Math.Max(3, console.Profile.Height - LinesAround))
            {
                _lines.Dequeue();
            }
        }
    }

    /// <summary>As much of a text as fits behind an event's word, so that a line stays a line.</summary>
    private string Fit(string text)
    {
        int width = Math.Max(20, console.Profile.Width - 12);
        return Markup.Escape(text.Length <= width ? text : text[..(width - 1)] + "…");
    }

    private Rows Draw(DemoFigures figures)
    {
        lock (_gate)
        {
            return new Rows(Head(), Numbers(figures), new Markup(Subnets(figures) + string.Join('\n', _lines) + "\n"));
        }
    }

    private Markup Head() => new(string.Create(
        CultureInfo.InvariantCulture,
        $"[bold]Virtward demo[/] [grey]{Stopwatch.GetElapsedTime(_start).TotalSeconds,5:0.0} s[/]  [bold]{Markup.Escape(_title)}[/]\n{Markup.Escape(_text)}"));

    private Table Numbers(DemoFigures figures)
    {
        TimeSpan since = Stopwatch.GetElapsedTime(_rateBase.At);
        if (since > TimeSpan.FromSeconds(1))
        {
            _rate = (figures.Attempts - _rateBase.Attempts) / since.TotalSeconds;
            _rateBase = (figures.Attempts, Stopwatch.GetTimestamp());
        }

        Table table = new Table().Border(TableBorder.Rounded).BorderColor(Color.Grey);
        foreach (string column in (ReadOnlySpan<string>)["attempts", "per second", "attackers", "bans", "subnets", "packets dropped", "log line to drop"])
        {
            table.AddColumn(new TableColumn(new Markup($"[grey]{column}[/]")).RightAligned());
        }

        return table.AddRow(
            Number(figures.Attempts),
            _rate.ToString("0", CultureInfo.InvariantCulture),
            Number(figures.Attackers),
            Number(figures.Bans),
            Number(figures.SubnetBans.Length),
            Number(figures.Packets),
            figures.Dropped.Samples == 0 ? "-" : string.Create(CultureInfo.InvariantCulture, $"{figures.Dropped.Median:0.0} ms"));
    }

    private static string Subnets(DemoFigures figures)
    {
        IEnumerable<string> lines = figures.SubnetBans.TakeLast(SubnetsShown).Select(ban =>
            $"[yellow]{ban.Subnet,-26}[/] shuts out {DemoSummary.ShutOut(ban)}, of which {ban.Attacked} attacked");
        string siege = figures.Siege ? "[blue]siege[/]: for strangers, one failure is enough\n" : "";
        return string.Concat(lines.Select(line => line + "\n")) + siege + "\n";
    }

    private static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);
}
