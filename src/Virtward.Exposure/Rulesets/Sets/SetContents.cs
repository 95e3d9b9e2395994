using System.Collections.Immutable;

namespace Virtward.Exposure.Rulesets.Sets;

/// <summary>The elements of a set or map, in columns: 100,000 of them take a few megabytes.</summary>
public sealed record SetContents
{
    /// <summary>No elements.</summary>
    public static readonly SetContents Empty = new();

    /// <summary>How many fields a key has: 1, or more where it is a concatenation.</summary>
    public int Parts { get; init; } = 1;

    /// <summary>All keys one after the other: field p of element i is at <c>i * Parts + p</c>. As listed, not sorted.</summary>
    public ImmutableArray<ValueRange> Keys { get; init; } = [];

    /// <summary>For a map, what each element yields; empty for a set.</summary>
    public ImmutableArray<MapData> Data { get; init; } = [];

    /// <summary>Seconds until each element goes away; 0: it stays. Empty where none goes away.</summary>
    public ImmutableArray<long> ExpiresIn { get; init; } = [];

    /// <summary>What a map yields for keys that no element holds (the <c>*</c> element); null where there is none.</summary>
    public MapData? Default { get; init; }

    /// <summary>Whether a set holds the catch-all element <c>*</c>.</summary>
    public bool HasCatchAll { get; init; }

    /// <summary>Elements that could not be interpreted, as text: whether a packet is among them is unknown.</summary>
    public ImmutableArray<string> Opaque { get; init; } = [];

    /// <summary>How many elements there are.</summary>
    public int Count => Keys.Length / Parts;
}
