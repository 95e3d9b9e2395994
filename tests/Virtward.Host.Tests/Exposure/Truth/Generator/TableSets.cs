namespace Virtward.Host.Tests.Exposure.Truth.Generator;

/// <summary>The named sets and maps of the table that is being made, by what they hold.</summary>
internal sealed class TableSets
{
    /// <summary>Name and type (<c>ipv4_addr</c>, <c>ipv4_addr . inet_service</c>, …) of sets.</summary>
    public List<(string Name, string Type)> Sets { get; } = [];

    /// <summary>Name, key type and value type of maps.</summary>
    public List<(string Name, string Key, string Value)> Maps { get; } = [];

    /// <summary>The sets of a type.</summary>
    public IReadOnlyList<string> Of(string type) => [.. Sets.Where(set => set.Type == type).Select(static set => set.Name)];

    /// <summary>The maps from a type to a type.</summary>
    public IReadOnlyList<string> Of(string key, string value) =>
        [.. Maps.Where(map => map.Key == key && map.Value == value).Select(static map => map.Name)];
}
