using System.Diagnostics.CodeAnalysis;

namespace Virtward.Guard.Fail2Ban.Config;

/// <summary>The options of one section, by lower-case name, in the order of their first appearance.</summary>
public sealed class ConfigSection
{
    private readonly OrderedDictionary<string, ConfigValue> _values = new(StringComparer.Ordinal);

    /// <summary>The names of the options, in order.</summary>
    public IEnumerable<string> Names => _values.Keys;

    /// <summary>The options, in order.</summary>
    public IEnumerable<KeyValuePair<string, ConfigValue>> Values => _values;

    /// <summary>Finds an option.</summary>
    public bool TryGet(string name, [NotNullWhen(true)] out ConfigValue? value) => _values.TryGetValue(name, out value);

    /// <summary>Whether there is such an option.</summary>
    public bool Has(string name) => _values.ContainsKey(name);

    /// <summary>Sets an option; one that is there keeps its place.</summary>
    public void Set(string name, ConfigValue value) => _values[name] = value;
}
