using System.Collections.Immutable;
using Virtward.Core.Snapshots;

namespace Virtward.Hardening.Inventory.Firewall;

/// <summary>The units that load rules at boot, from <c>systemctl show</c>.</summary>
public sealed class FirewallUnits
{
    private FirewallUnits(ImmutableArray<FirewallUnit> all, string? problem)
    {
        All = all;
        Problem = problem;
    }

    /// <summary>The units that exist.</summary>
    public ImmutableArray<FirewallUnit> All { get; }

    /// <summary>Why they are not known; null: they are.</summary>
    public string? Problem { get; }

    /// <summary>The unit of a name; null: there is none, or nobody knows: <see cref="Problem"/>.</summary>
    public FirewallUnit? Find(string name) => All.FirstOrDefault(unit => unit.Name == name);

    /// <summary>Reads them.</summary>
    public static FirewallUnits Read(Snapshot snapshot)
    {
        if (snapshot.Text(FirewallSources.Units) is not string text)
        {
            return new FirewallUnits([], snapshot.Missing.GetValueOrDefault(FirewallSources.Units, $"the snapshot has no {FirewallSources.Units}"));
        }

        ImmutableArray<FirewallUnit> units =
        [
            .. text.ReplaceLineEndings("\n").Split("\n\n", StringSplitOptions.RemoveEmptyEntries).Select(Block).OfType<FirewallUnit>()
                .Where(static unit => unit.Exists),
        ];
        bool any = text.Contains("LoadState=", StringComparison.Ordinal);
        return new FirewallUnits(units, any ? null : "systemctl show told nothing of any unit");
    }

    private static FirewallUnit? Block(string block)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (string line in block.Split('\n'))
        {
            int equals = line.IndexOf('=', StringComparison.Ordinal);
            if (equals > 0)
            {
                values[line[..equals]] = line[(equals + 1)..].Trim();
            }
        }

        string name = values.GetValueOrDefault("Id", "");
        return name.EndsWith(".service", StringComparison.Ordinal)
            ? new FirewallUnit(
                name, values.GetValueOrDefault("LoadState") is "loaded", values.GetValueOrDefault("ActiveState") is "active" or "reloading",
                values.GetValueOrDefault("UnitFileState", ""), [.. values.GetValueOrDefault("Before", "").Split(' ', StringSplitOptions.RemoveEmptyEntries)])
            : null;
    }
}
