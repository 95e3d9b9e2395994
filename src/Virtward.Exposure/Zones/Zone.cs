using System.Collections.Immutable;

namespace Virtward.Exposure.Zones;

/// <summary>Where packets come from: a zone on this host.</summary>
/// <param name="Name"><c>internet</c>, <c>management</c>, <c>vpn</c>, <c>guests</c>, <c>containers</c>, or one of the administrator's own.</param>
/// <param name="Entries">Where its packets come in.</param>
public sealed record Zone(string Name, ImmutableArray<ZoneEntry> Entries)
{
    /// <summary>The internet's name.</summary>
    public const string Internet = "internet";

    /// <summary>The name of the administrators' network.</summary>
    public const string Management = "management";

    /// <summary>The name of what comes through a VPN.</summary>
    public const string Vpn = "vpn";

    /// <summary>The guests' name.</summary>
    public const string Guests = "guests";

    /// <summary>The containers' name.</summary>
    public const string Containers = "containers";

    /// <summary>The name of the host itself, where packets begin or end: no zone of the policy has it.</summary>
    public const string Host = "host";

    /// <summary>Whether anything of it was guessed from the host, not taken from the policy.</summary>
    public bool Guessed => Entries.Any(static entry => entry.Guessed);

    /// <summary>One sentence: how it came about.</summary>
    public string Reason => Entries.IsEmpty
        ? "no interface of this host belongs to it now"
        : string.Join("; ", Entries.GroupBy(static entry => entry.Reason, StringComparer.Ordinal).Select(Told));

    // Forty guests have one reason.
    private static string Told(IGrouping<string, ZoneEntry> group)
    {
        string[] devices = [.. group.Select(static entry => entry.Device).Distinct()];
        return devices.Length == 1 ? $"{devices[0]} {group.Key}"
            : $"{string.Join(", ", devices.Take(Listed))}{(devices.Length > Listed ? $" and {devices.Length - Listed} more" : "")}: each {group.Key}";
    }

    private const int Listed = 3;
}
