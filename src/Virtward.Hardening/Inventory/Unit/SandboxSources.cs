using Virtward.Core.Host;
using Virtward.Core.Results;
using Virtward.Core.Snapshots;

namespace Virtward.Hardening.Inventory.Unit;

/// <summary>How far systemd keeps the services that the network reaches away from the rest: <c>systemd-analyze security UNIT</c>, for these only.</summary>
public static class SandboxSources
{
    /// <summary>What the outputs' names begin with; the unit's name follows.</summary>
    public const string Prefix = SnapshotNames.Audit + "sandbox-";

    // Each asks systemd a hundred questions: more of them would cost more than they tell.
    private const int MaxUnits = 8;

    /// <summary>The programs.</summary>
    public static readonly SnapshotSources All = new() { FollowUps = [Of] };

    /// <summary>The units that hold a listener which others than this host reach.</summary>
    public static IEnumerable<string> Exposed(Snapshot snapshot) =>
        snapshot.Text(SnapshotNames.Listeners) is string text
            && ListenersText.Read(text).TryGet(out System.Collections.Immutable.ImmutableArray<Listener> listeners, out Problem? _)
            ? listeners.Where(static listener => listener.Namespace is null && !listener.Loopback).Select(static listener => listener.Unit).OfType<string>()
                .Where(static unit => unit.EndsWith(".service", StringComparison.Ordinal)).Distinct().Order(StringComparer.Ordinal).Take(MaxUnits)
            : [];

    private static IEnumerable<CommandSource> Of(Snapshot snapshot) =>
        Exposed(snapshot).Select(static unit => new CommandSource(
            Prefix + Snapshot.NamePart(unit) + ".txt",
            Command.Of("systemd-analyze", "security", "--no-pager", unit) with { TimeLimit = TimeSpan.FromSeconds(5) })
        {
            // Only the last line, with the sum of all, is kept: the rest is a hundred lines of advice.
            Clean = static text => text.Split('\n').LastOrDefault(static line => line.Contains("exposure level", StringComparison.Ordinal)) ?? "",
        });
}
