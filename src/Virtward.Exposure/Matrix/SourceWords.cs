using System.Collections.Immutable;
using System.Globalization;
using Virtward.Core.Net;
using Virtward.Exposure.Answers;
using Virtward.Exposure.Evaluation;
using Virtward.Exposure.Zones;

namespace Virtward.Exposure.Matrix;

/// <summary>Puts sets of sources into words: "anyone", "192.168.1.0/24", "anyone but 2 subnets", "anyone, 6/minute each".</summary>
public static class SourceWords
{
    private const string Rate = "limit rate ";
    private const string RateOver = Rate + "over ";
    private const int Listed = 2;
    private const int MaxNetworks = 64;

    // From others no stranger can have a conversation: the kernel refuses most of them, and whether it does is no answer to "who can reach it".
    private static PrefixSet Ordinary => Destinations.Unicast;

    private static readonly PrefixSet V4 = PrefixSet.Of(Prefix.Parse("0.0.0.0/0"));
    private static readonly PrefixSet V6 = PrefixSet.Of(Prefix.Parse("::/0"));

    /// <summary>Who gets in, in a few words; <c>nobody</c> where none does.</summary>
    /// <param name="sets">The sources by outcome.</param>
    /// <param name="asked">All sources that were asked about: those of the zone, of the families that the endpoint has.</param>
    /// <param name="own">The host's own addresses, which nobody else sends from.</param>
    /// <param name="networks">The networks to name sources by where they are all of one; null: those that were asked about.</param>
    public static string Describe(SourceSets sets, PrefixSet asked, PrefixSet own, PrefixSet? networks = null)
    {
        PrefixSet all = asked.Intersect(Ordinary).Subtract(own);
        var parts = new List<string>();
        Add(parts, sets.Accepted, all, networks ?? asked, own, "");
        Add(parts, sets.Limited, all, networks ?? asked, own, Limit(sets));
        Add(parts, sets.Unproven, all, networks ?? asked, own, "unproven: ");
        return parts.Count == 0 ? "nobody" : string.Join("; ", parts);
    }

    /// <summary>A set of sources in words, measured against all that were asked about.</summary>
    /// <param name="sources">The sources.</param>
    /// <param name="all">All that were asked about.</param>
    /// <param name="networks">The networks to name them by; null: those that were asked about.</param>
    /// <param name="own">The host's own addresses, which part no network in words; null: none.</param>
    public static string Describe(PrefixSet sources, PrefixSet all, PrefixSet? networks = null, PrefixSet? own = null)
    {
        if (sources.IsEmpty)
        {
            return "nobody";
        }

        if (all.IsEmpty || (sources.RangeCount == all.RangeCount && sources.Equals(all)))
        {
            return "anyone";
        }

        PrefixSet missing = all.Subtract(sources);
        PrefixSet missing4 = missing.Intersect(V4);
        PrefixSet missing6 = missing.Intersect(V6);
        PrefixSet all4 = all.Intersect(V4);
        PrefixSet all6 = all.Intersect(V6);
        if (!all4.IsEmpty && !all6.IsEmpty)
        {
            // One family closed and the other open is what a rule for one family alone looks like: it is said, not averaged.
            if (missing4.Equals(all4))
            {
                return OfFamily(sources, all6, networks, own, "IPv6");
            }

            if (missing6.Equals(all6))
            {
                return OfFamily(sources, all4, networks, own, "IPv4");
            }
        }

        // Most of one family and little of the other: each is told by itself, or a handful of IPv4 would drown in IPv6.
        PrefixSet sources4 = sources.Intersect(V4);
        PrefixSet sources6 = sources.Intersect(V6);
        if (!all4.IsEmpty && !all6.IsEmpty && (missing4.AddressCount < sources4.AddressCount) != (missing6.AddressCount < sources6.AddressCount))
        {
            return $"{OfFamily(sources4, all4, networks, own, "IPv4")} and {OfFamily(sources6, all6, networks, own, "IPv6")}";
        }

        if (missing.RangeCount <= sources.RangeCount + 1 && missing.AddressCount < sources.AddressCount)
        {
            return missing.RangeCount <= Listed && missing.Count <= Listed ? $"anyone but {List(missing)}" : string.Create(CultureInfo.InvariantCulture, $"anyone but {missing.RangeCount:N0} subnets");
        }

        PrefixSet whole = Whole(sources, all, networks ?? all);
        return List(ReferenceEquals(whole, sources) && own is not null ? Healed(sources, own) : whole);
    }

    // 192.168.1.0/24 without the host's own 192.168.1.10 is sixteen subnets to a machine, and one to a person.
    private static PrefixSet Healed(PrefixSet sources, PrefixSet own)
    {
        foreach (Prefix address in own.Take(MaxNetworks))
        {
            PrefixSet joined = sources.Union(PrefixSet.Of(address));
            sources = joined.RangeCount < sources.RangeCount ? joined : sources;
        }

        return sources;
    }

    // 192.168.122.0/24 without the host's own address is that network all the same: nobody else could send from it.
    private static PrefixSet Whole(PrefixSet sources, PrefixSet all, PrefixSet networks)
    {
        if (networks.RangeCount > MaxNetworks || networks.Count > MaxNetworks)
        {
            return sources;
        }

        var whole = PrefixSet.Of(networks.Where(network => all.Intersect(PrefixSet.Of(network)) is { IsEmpty: false } there && there.Subtract(sources).IsEmpty));
        return whole.Intersect(all).Equals(sources) ? whole : sources;
    }

    // "192.168.1.0/24" says its family by itself.
    private static string OfFamily(PrefixSet sources, PrefixSet all, PrefixSet? networks, PrefixSet? own, string family)
    {
        string words = Describe(sources, all, networks, own);
        return words.StartsWith("anyone", StringComparison.Ordinal) ? $"{words} over {family}" : words;
    }

    // So large a set is counted, not listed.
    private static string Describe(SourceShape shape) => shape.Inside == 0 ? "nobody"
        : shape.Outside == 0 ? "anyone"
        : shape.InsideShare > shape.OutsideShare ? string.Create(CultureInfo.InvariantCulture, $"anyone but {shape.Outside:N0} subnets")
        : string.Create(CultureInfo.InvariantCulture, $"{shape.Inside:N0} subnets");

    private static string List(PrefixSet set) => set.RangeCount <= Listed && set.Count <= Listed
        ? string.Join(", ", set)
        : string.Create(CultureInfo.InvariantCulture, $"{string.Join(", ", set.Take(Listed))} and {set.Count - Listed:N0} more");

    private static void Add(List<string> parts, PrefixSet set, PrefixSet all, PrefixSet networks, PrefixSet own, string how)
    {
        string who = set.Origin is null ? Describe(set.Intersect(all), all, networks, own) : Describe(ExposureEngine.Measure(set, all));
        if (who != "nobody")
        {
            parts.Add(how.EndsWith(' ') ? how + who : who + how);
        }
    }

    // Of all that it hangs on, a rate says the most: "limit rate over 3/minute burst 3 packets" is "3/minute burst 3 packets" to whoever is let in.
    private static string Limit(SourceSets sets)
    {
        ImmutableArray<string> depends = sets.Witnesses.FirstOrDefault(static witness => witness.Outcome == Outcome.Limited)?.Trace.DependsOn ?? sets.DependsOn;
        string? rate = depends.FirstOrDefault(static one => one.StartsWith(Rate, StringComparison.Ordinal));
        return rate is not null ? $", {(rate.StartsWith(RateOver, StringComparison.Ordinal) ? rate[RateOver.Length..] : rate[Rate.Length..])}"
            : (depends.FirstOrDefault(static one => !one.EndsWith(" is full", StringComparison.Ordinal)) ?? depends.FirstOrDefault()) is { } other ? $", {(other.StartsWith("elements of ", StringComparison.Ordinal) ? $"as {other.Replace(" that go ", " go ", StringComparison.Ordinal)}" : other)}"
            : ", sometimes";
    }
}
