using System.Collections.Immutable;
using Virtward.Core.Net;
using Virtward.Core.Policy;
using Virtward.Core.Policy.Reading;
using Virtward.Exposure.Facts;
using Virtward.Exposure.Zones;

namespace Virtward.Hardening.Init;

/// <summary>One zone for a policy, and how it came about.</summary>
/// <param name="Policy">The zone.</param>
/// <param name="Reason">How it came about, for a comment.</param>
internal sealed record ZoneDraft(ZonePolicy Policy, string Reason)
{
    private static readonly ImmutableArray<string> Order = [Zone.Management, Zone.Vpn, Zone.Guests, Zone.Containers];

    // Everybody's start of names; the number behind it changes whenever a guest starts (virDomainNetGeneratedPrefix in libvirt: "vnet").
    private static readonly ImmutableArray<string> Numbered = ["vnet", "macvtap", "tap", "veth", "fwpr", "fwln"];

    private static readonly Prefix LinkLocal = Prefix.Parse("fe80::/10");

    /// <summary>The zones of a host: what was wished, then what its interfaces tell. The Internet is what is left, and not among them unless wished.</summary>
    public static ImmutableArray<ZoneDraft> Of(HostFacts host, ImmutableArray<ZonePolicy> wished)
    {
        ImmutableArray<Zone> guessed = host.Zones([]).Zones;
        List<ZoneDraft> drafts = [.. wished.Select(static zone => new ZoneDraft(zone, ""))];
        foreach (string name in Order.Where(name => wished.All(zone => zone.Name != name)))
        {
            if (guessed.FirstOrDefault(zone => zone.Name == name) is not { } zone)
            {
                continue;
            }

            ImmutableArray<ZoneEntry> entries = [.. zone.Entries.Where(entry => !drafts.Any(draft => draft.Policy.Interfaces.Any(
                pattern => Matches(pattern, entry.Device) || Matches(pattern, entry.Interface))))];
            ImmutableArray<string> interfaces = [.. entries.Select(entry => NameOf(entry, [.. guessed.Where(other => other.Name != name)])).Distinct(StringComparer.Ordinal).Where(IsReadable)];
            if (!interfaces.IsEmpty)
            {
                ImmutableArray<Prefix> sources = [.. Sources(name, entries).Where(prefix => !wished.Any(zone => zone.Sources.Contains(prefix)))];
                drafts.Add(new ZoneDraft(new ZonePolicy(name, interfaces, sources), string.Join("; ", entries.Select(static entry => $"{entry.Device} {entry.Reason}").Distinct().Take(3))));
            }
        }

        return [.. drafts.OrderBy(static draft => Order.IndexOf(draft.Policy.Name) is int at and >= 0 ? at : Order.Length)];
    }

    // A bridge's name means all its ports: where another zone has one of them, the port is named instead.
    private static string NameOf(ZoneEntry entry, ImmutableArray<Zone> others)
    {
        if (entry.Device == entry.Interface || !others.Any(zone => zone.Entries.Any(other => other.Interface == entry.Interface)))
        {
            return entry.Interface;
        }

        string? start = Numbered.FirstOrDefault(start => entry.Device.Length > start.Length
            && entry.Device.StartsWith(start, StringComparison.Ordinal) && entry.Device[start.Length..].All(char.IsAsciiDigit));
        return start is null || others.Any(zone => zone.Entries.Any(other => other.Device.StartsWith(start, StringComparison.Ordinal))) ? entry.Device : start + "*";
    }

    // Administrators' networks are never banned, and nobody else's address counts as theirs. Guests have no address yet when they ask for one (DHCP), so that
    // theirs are left to the anti-spoofing rules.
    private static ImmutableArray<Prefix> Sources(string name, ImmutableArray<ZoneEntry> entries)
    {
        if (name is not (Zone.Management or Zone.Vpn) || entries.Any(static entry => entry.Sources is null))
        {
            return [];
        }

        return
        [
            .. entries.Aggregate(PrefixSet.Empty, static (all, entry) => all.Union(entry.Sources!)).Where(static prefix => prefix.Length > 0 && !LinkLocal.Contains(prefix)).Take(64),
        ];
    }

    private static bool Matches(string pattern, string name) =>
        pattern.EndsWith('*') ? name.StartsWith(pattern[..^1], StringComparison.Ordinal) : name == pattern;

    // What the reader refuses is a name that no configuration of an interface could hold either.
    private static bool IsReadable(string name) => NetworkValues.Interface(new YamlText(name, false, 1, 1), new ProblemList(""), out _);
}
