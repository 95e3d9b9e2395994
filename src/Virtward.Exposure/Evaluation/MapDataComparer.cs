using Virtward.Exposure.Rulesets.Sets;

namespace Virtward.Exposure.Evaluation;

/// <summary>Map data by what it says; records that hold arrays compare those by identity.</summary>
internal sealed class MapDataComparer : IEqualityComparer<MapData>
{
    /// <summary>The only one.</summary>
    public static readonly MapDataComparer Instance = new();

    /// <inheritdoc/>
    public bool Equals(MapData? x, MapData? y) =>
        x is ValueData a && y is ValueData b ? a.Parts.AsSpan().SequenceEqual(b.Parts.AsSpan()) : object.Equals(x, y);

    /// <inheritdoc/>
    public int GetHashCode(MapData obj)
    {
        if (obj is not ValueData value)
        {
            return obj.GetHashCode();
        }

        var hash = default(HashCode);
        foreach (ValueRange part in value.Parts)
        {
            hash.Add(part);
        }

        return hash.ToHashCode();
    }
}
