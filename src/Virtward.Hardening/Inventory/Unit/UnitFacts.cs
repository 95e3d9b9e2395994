using System.Collections.Immutable;
using System.Text.Json;
using Virtward.Core.Snapshots;

namespace Virtward.Hardening.Inventory.Unit;

/// <summary>Facts: units of systemd, their states, sockets and timers.</summary>
public sealed class UnitFacts
{
    private readonly ImmutableSortedDictionary<string, Unit> _units;

    private UnitFacts(ImmutableSortedDictionary<string, Unit> units) => _units = units;

    /// <summary>Every unit that is in memory or has a file, by name.</summary>
    public IEnumerable<Unit> All => _units.Values;

    /// <summary>Why it is not known what runs; null: it is known.</summary>
    public string? Problem { get; private init; }

    /// <summary>Why it is not known what starts at boot; null: it is known.</summary>
    public string? FilesProblem { get; private init; }

    /// <summary>The sockets that systemd listens on for others.</summary>
    public ImmutableArray<UnitTrigger> Sockets { get; private init; } = [];

    /// <summary>Why they are not known; null: they are.</summary>
    public string? SocketsProblem { get; private init; }

    /// <summary>The timers.</summary>
    public ImmutableArray<UnitTrigger> Timers { get; private init; } = [];

    /// <summary>Why they are not known; null: they are.</summary>
    public string? TimersProblem { get; private init; }

    /// <summary>Reads them; never fails as a whole.</summary>
    public static UnitFacts Read(Snapshot snapshot)
    {
        ImmutableSortedDictionary<string, Unit>.Builder units = ImmutableSortedDictionary.CreateBuilder<string, Unit>(StringComparer.Ordinal);
        string? problem = Each(snapshot, UnitSources.Units, item =>
        {
            string name = Text(item, "unit");
            units[name] = new Unit(name, Text(item, "load"), Text(item, "active"), Text(item, "sub"), "", Text(item, "description"));
        });
        string? files = Each(snapshot, UnitSources.UnitFiles, item =>
        {
            string name = Text(item, "unit_file");
            units[name] = units.GetValueOrDefault(name, new Unit(name, "", "", "", "", "")) with { FileState = Text(item, "state") };
        });
        List<UnitTrigger> sockets = [];
        string? socketsProblem = Each(snapshot, UnitSources.Sockets, item => sockets.Add(
            new UnitTrigger(Text(item, "unit"), Text(item, "activates")) { Listen = Text(item, "listen") }));
        List<UnitTrigger> timers = [];
        string? timersProblem = Each(snapshot, UnitSources.Timers, item => timers.Add(
            new UnitTrigger(Text(item, "unit"), Text(item, "activates")) { Last = Time(item, "last"), Next = Time(item, "next") }));

        return new UnitFacts(units.ToImmutable())
        {
            Problem = problem,
            FilesProblem = files,
            Sockets = [.. sockets],
            SocketsProblem = socketsProblem,
            Timers = [.. timers],
            TimersProblem = timersProblem,
        };
    }

    /// <summary>A unit by its name; an instance (<c>wg-quick@wg0.service</c>) that has no file of its own has its template's. null: there is none.</summary>
    public Unit? Find(string name)
    {
        Unit? unit = _units.GetValueOrDefault(name);
        int at = name.IndexOf('@', StringComparison.Ordinal);
        if (unit is not { FileState: "" } || at < 0)
        {
            return unit;
        }

        string template = string.Concat(name.AsSpan(0, at + 1), name.AsSpan(Math.Max(name.LastIndexOf('.'), at + 1)));
        return unit with { FileState = _units.GetValueOrDefault(template)?.FileState ?? "" };
    }

    /// <summary>Whether a unit runs, listens or waits now; false also where that is not known: see <see cref="Problem"/>.</summary>
    public bool IsActive(string name) => Find(name)?.IsActive == true;

    /// <summary>Whether a unit starts at boot by itself; false also where that is not known: see <see cref="FilesProblem"/>.</summary>
    public bool IsEnabled(string name) => Find(name)?.IsEnabled == true;

    private static string? Each(Snapshot snapshot, string name, Action<JsonElement> take)
    {
        if (snapshot.Text(name) is not string text)
        {
            return snapshot.Missing.GetValueOrDefault(name, $"the snapshot has no {name}");
        }

        try
        {
            using JsonDocument document = JsonDocument.Parse(text);
            if (document.RootElement.ValueKind != JsonValueKind.Array)
            {
                return $"{name} is no list";
            }

            foreach (JsonElement item in document.RootElement.EnumerateArray().Where(static item => item.ValueKind == JsonValueKind.Object))
            {
                take(item);
            }

            return null;
        }
        catch (JsonException failure)
        {
            return $"{name} is not what systemctl writes: {failure.Message}";
        }
    }

    private static string Text(JsonElement item, string name) =>
        item.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";

    // Microseconds since the epoch; 0 or null: never.
    private static DateTimeOffset? Time(JsonElement item, string name) =>
        item.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out long micros)
            && micros is > 0 and < 250_000_000_000_000_000
            ? DateTimeOffset.UnixEpoch.AddMicroseconds(micros)
            : null;
}
