namespace Virtward.Exposure.Reading.Iptables;

/// <summary>A match (<c>-m</c>) or target (<c>-j</c>) with its options.</summary>
/// <param name="Name">Its name: <c>conntrack</c>, <c>REJECT</c>.</param>
/// <param name="Negated">Whether a <c>!</c> stood before <c>-m</c> (some programs write it so).</param>
internal sealed record OptionGroup(string Name, bool Negated)
{
    /// <summary>Its options, as written.</summary>
    public List<Option> Options { get; } = [];

    /// <summary>The first option of that name, or null.</summary>
    public Option? Find(string name) => Options.Find(o => o.Name == name);

    /// <summary>Whether there is such an option.</summary>
    public bool Has(string name) => Find(name) is not null;

    /// <summary>The match or target as it is written.</summary>
    public override string ToString() => $"{Name}{string.Concat(Options.Select(o => " " + o))}";
}
