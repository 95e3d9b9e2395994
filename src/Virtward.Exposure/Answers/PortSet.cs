using System.Collections.Immutable;
using System.Globalization;
using Virtward.Exposure.Rulesets.Sets;

namespace Virtward.Exposure.Answers;

/// <summary>An immutable set of ports, as sorted intervals that neither touch nor overlap.</summary>
public sealed class PortSet : IEquatable<PortSet>
{
    /// <summary>No port.</summary>
    public static readonly PortSet Empty = new([]);

    /// <summary>Every port.</summary>
    public static readonly PortSet All = new([new ValueRange(0, 65535)]);

    private PortSet(ImmutableArray<ValueRange> ranges) => Ranges = ranges;

    /// <summary>The intervals.</summary>
    public ImmutableArray<ValueRange> Ranges { get; }

    /// <summary>Whether there is none.</summary>
    public bool IsEmpty => Ranges.IsEmpty;

    /// <summary>The set of these intervals, in any order.</summary>
    public static PortSet Of(IEnumerable<ValueRange> ranges)
    {
        var merged = ImmutableArray.CreateBuilder<ValueRange>();
        foreach (ValueRange range in ranges.OrderBy(static range => range.First))
        {
            if (merged.Count > 0 && range.First <= merged[^1].Last + 1)
            {
                merged[^1] = merged[^1] with { Last = UInt128.Max(merged[^1].Last, range.Last) };
            }
            else
            {
                merged.Add(range);
            }
        }

        return merged.Count == 0 ? Empty : new PortSet(merged.ToImmutable());
    }

    /// <summary>The ports in either.</summary>
    public PortSet Union(PortSet other) => other.IsEmpty ? this : IsEmpty ? other : Of(Ranges.Concat(other.Ranges));

    /// <summary>All other ports.</summary>
    public PortSet Inverse()
    {
        var left = ImmutableArray.CreateBuilder<ValueRange>();
        UInt128 next = 0;
        foreach (ValueRange range in Ranges)
        {
            if (range.First > next)
            {
                left.Add(new ValueRange(next, range.First - 1));
            }

            next = range.Last + 1;
        }

        if (next <= 65535)
        {
            left.Add(new ValueRange(next, 65535));
        }

        return left.Count == 0 ? Empty : new PortSet(left.ToImmutable());
    }

    /// <summary>Whether the port is in it.</summary>
    public bool Contains(int port) => Ranges.Any(range => range.Contains((UInt128)port));

    /// <summary><c>22, 80, 5900-5910</c>; <c>all</c>; at most so many intervals, then how many more.</summary>
    public string ToText(int most)
    {
        if (Equals(All))
        {
            return "all";
        }

        string text = string.Join(", ", Ranges.Take(most).Select(static range => range.IsSingle
            ? range.First.ToString(CultureInfo.InvariantCulture)
            : string.Create(CultureInfo.InvariantCulture, $"{range.First}-{range.Last}")));
        return Ranges.Length > most ? string.Create(CultureInfo.InvariantCulture, $"{text} and {Ranges.Length - most} more") : text;
    }

    /// <inheritdoc/>
    public override string ToString() => ToText(int.MaxValue);

    /// <inheritdoc/>
    public bool Equals(PortSet? other) => other is not null && Ranges.AsSpan().SequenceEqual(other.Ranges.AsSpan());

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as PortSet);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = default(HashCode);
        foreach (ValueRange range in Ranges)
        {
            hash.Add(range);
        }

        return hash.ToHashCode();
    }
}
