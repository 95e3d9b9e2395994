using System.Globalization;
using System.Numerics;
using System.Text.Json;
using Virtward.Core.Net;
using Virtward.Exposure.Answers;
using Virtward.Exposure.Evaluation;
using Virtward.Exposure.PacketSets;

namespace Virtward.Exposure.Matrix;

/// <summary>
/// Writes sets of sources. All addresses but 100,000 are one and a half million prefixes, and many endpoints have the same ones: a large set is written once, at the end of the
/// document, and the largest of a cell's five sets is what the other four leave of the sources that were asked about.
/// </summary>
internal sealed class SetPool
{
    // Below, a list says more than a name.
    private const int Large = 1000;

    // Bytes that a writer keeps before they are handed on.
    private const int Block = 1 << 16;

    private readonly Dictionary<PrefixSet, string> _names = new(ReferenceEqualityComparer.Instance);
    private readonly List<PrefixSet> _sets = [];

    /// <summary>Writes a cell's five sets, and where one of them is the rest, the sources that were asked about.</summary>
    public void Write(Utf8JsonWriter to, SourceSets sets, PrefixSet asked)
    {
        (string Name, PrefixSet Set)[] all =
        [
            ("accepted", sets.Accepted), ("limited", sets.Limited), ("unproven", sets.Unproven), ("rejected", sets.Rejected), ("dropped", sets.Dropped),
        ];
        string? rest = all.Where(static one => IsLarge(one.Set)).OrderByDescending(one => Share(one.Set)).Select(static one => one.Name).FirstOrDefault();
        foreach ((string name, PrefixSet set) in all)
        {
            if (name == rest)
            {
                to.WriteStartObject(name);
                to.WriteBoolean("rest", true);
                to.WriteEndObject();
            }
            else if (IsLarge(set))
            {
                to.WriteStartObject(name);
                to.WriteString("set", NameOf(set));
                to.WriteEndObject();
            }
            else
            {
                List(to, name, set);
            }
        }

        if (rest is not null)
        {
            List(to, "asked", asked);
        }
    }

    /// <summary>Writes the large sets, by name.</summary>
    public void WriteSets(Utf8JsonWriter to)
    {
        to.WriteStartObject("sets");
        foreach (PrefixSet set in _sets)
        {
            List(to, _names[set], set);
        }

        to.WriteEndObject();
    }

    /// <summary>Writes a set as a list, whatever its size: a large one of IPv4 as it is walked, without being made.</summary>
    public static void List(Utf8JsonWriter to, string name, PrefixSet set)
    {
        to.WriteStartArray(name);
        if (!set.IsDeferred || set.Origin is not SourceNode node || !node.TryWalk((first, last) => List(to, first.V4, last.V4)))
        {
            foreach (Prefix prefix in set)
            {
                Write(to, prefix);
            }
        }

        to.WriteEndArray();
    }

    // The shortest list of prefixes: each is the largest block that starts where the one before ended, and does not reach past the end.
    private static void List(Utf8JsonWriter to, uint first, uint last)
    {
        ulong next = first;
        while (next <= last)
        {
            int size = Math.Min(BitOperations.TrailingZeroCount(next | (1UL << 32)), BitOperations.Log2(last - next + 1));
            Write(to, new Prefix(Address.FromV4((uint)next), 32 - size));
            next += 1UL << size;
        }
    }

    private static void Write(Utf8JsonWriter to, Prefix prefix)
    {
        Span<char> text = stackalloc char[Address.MaxTextLength + 4];
        prefix.First.TryFormat(text, out int length, default, CultureInfo.InvariantCulture);
        if (!prefix.IsSingle)
        {
            text[length] = '/';
            prefix.Length.TryFormat(text[(length + 1)..], out int digits, default, CultureInfo.InvariantCulture);
            length += 1 + digits;
        }

        to.WriteStringValue(text[..length]);
        if (to.BytesPending > Block)
        {
            to.Flush();
        }
    }

    private string NameOf(PrefixSet set)
    {
        if (!_names.TryGetValue(set, out string? name))
        {
            _names[set] = name = string.Create(CultureInfo.InvariantCulture, $"s{_sets.Count + 1}");
            _sets.Add(set);
        }

        return name;
    }

    private static bool IsLarge(PrefixSet set) => set.IsDeferred || set.RangeCount > Large;

    // Of both families together: what it is measured in matters little, as long as one is the larger.
    private static double Share(PrefixSet set)
    {
        double share = 0;
        foreach (Prefix family in (ReadOnlySpan<Prefix>)[Prefix.Parse("0.0.0.0/0"), Prefix.Parse("::/0")])
        {
            share = Math.Max(share, ExposureEngine.Measure(set, PrefixSet.Of(family)).InsideShare);
        }

        return share;
    }
}
