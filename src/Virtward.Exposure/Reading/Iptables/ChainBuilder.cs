using Virtward.Exposure.Rulesets;

namespace Virtward.Exposure.Reading.Iptables;

/// <summary>A chain while its lines are read.</summary>
internal sealed class ChainBuilder(string name)
{
    /// <summary>Where it is attached; null for a chain of the user's.</summary>
    public BaseHook? Base { get; set; }

    /// <summary>How many rules it has had so far.</summary>
    public int Count { get; set; }

    public string Name { get; } = name;

    public List<Rule> Rules { get; } = [];

    public Chain Build() => new(Name, 0, Base, [.. Rules]);
}
