using System.Diagnostics.CodeAnalysis;
using System.Text;
using Virtward.Core.Results;

namespace Virtward.Guard.Fail2Ban.Config;

/// <summary>
/// Several files merged, later over earlier, section by section: what fail2ban sees of jail.conf and jail.local, or of a filter
/// and its includes. Knows what an option was before it was overridden (<c>%(known/opt)s</c>).
/// </summary>
public sealed class ConfigTree
{
    /// <summary>Python's configparser gives up after this many nested interpolations (MAX_INTERPOLATION_DEPTH).</summary>
    private const int MaxDepth = 10;

    /// <summary>No real option comes near this many characters; one that doubles itself a few times does.</summary>
    private const int MaxLength = 1 << 20;

    private readonly OrderedDictionary<string, ConfigSection> _sections = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ConfigSection> _known = new(StringComparer.Ordinal);

    /// <summary>The names of the sections, in the order of their first appearance, without <c>DEFAULT</c> and <c>INCLUDES</c>.</summary>
    public IEnumerable<string> SectionNames => _sections.Keys;

    /// <summary>The options that every section inherits.</summary>
    public ConfigSection Defaults { get; } = new();

    /// <summary>The files that were merged, in order.</summary>
    public List<string> Files { get; } = [];

    /// <summary>A section's own options, without inherited ones.</summary>
    public bool TryGetSection(string name, [NotNullWhen(true)] out ConfigSection? section) => _sections.TryGetValue(name, out section);

    /// <summary>Lays a file over what is there.</summary>
    public void Merge(ConfigFile file)
    {
        Files.Add(file.Path);
        foreach ((string header, ConfigSection section) in file.Sections)
        {
            if (header == "DEFAULT")
            {
                foreach ((string name, ConfigValue value) in section.Values)
                {
                    Defaults.Set(name, value);
                }

                continue;
            }

            if (header == "INCLUDES")
            {
                continue;
            }

            // [Sec?family=inet6] holds options of [Sec] that count under a condition: they are named opt?family=inet6.
            int mark = header.IndexOf('?', StringComparison.Ordinal);
            string target = mark > 0 ? header[..mark] : header;
            string condition = mark > 0 ? header[mark..] : "";
            if (!_sections.TryGetValue(target, out ConfigSection? merged))
            {
                merged = new ConfigSection();
                _sections.Add(target, merged);
            }

            foreach ((string name, ConfigValue value) in section.Values)
            {
                if (merged.TryGet(name + condition, out ConfigValue? before))
                {
                    Known(target).Set(name + condition, before);
                }

                merged.Set(name + condition, value);
            }
        }
    }

    /// <summary>Adds an option that a section of this name then knows as <c>known/…</c>: a filter's own, for its jail.</summary>
    public void SetKnown(string section, string name, ConfigValue value) => Known(section).Set(name, value);

    /// <summary>Where an option of a section comes from: the section itself or the defaults.</summary>
    public ConfigValue? Find(string section, string option) =>
        _sections.TryGetValue(section, out ConfigSection? own) && own.TryGet(option, out ConfigValue? value) ? value
        : Defaults.TryGet(option, out value) ? value
        : null;

    /// <summary>An option's value, interpolated; null where neither the section nor the defaults have it.</summary>
    /// <param name="section">The section.</param>
    /// <param name="option">The option, lower-case; <c>sec/opt</c> and <c>known/opt</c> look elsewhere first.</param>
    /// <param name="overrides">Values that count before the section's.</param>
    public Result<string?> Get(string section, string option, IReadOnlyDictionary<string, string>? overrides = null)
    {
        int slash = option.IndexOf('/', StringComparison.Ordinal);
        if (slash > 0 && FindElsewhere(section, option[..slash], option[(slash + 1)..], ownToo: true) is { } found)
        {
            string home = option[..slash].Equals("known", StringComparison.OrdinalIgnoreCase) ? section : option[..slash];
            return Interpolate(home, option, found, null);
        }

        if (overrides is not null && overrides.TryGetValue(option, out string? text))
        {
            return Interpolate(section, option, new ConfigValue(text, section, 0), overrides);
        }

        return Find(section, option) is { } value ? Interpolate(section, option, value, overrides) : Result<string?>.Ok(null);
    }

    private ConfigSection Known(string section)
    {
        if (!_known.TryGetValue(section, out ConfigSection? known))
        {
            known = new ConfigSection();
            _known.Add(section, known);
        }

        return known;
    }

    // A tag <known/opt> falls back to the option itself, an interpolation %(known/opt)s only to its default: it stands in the option.
    private ConfigValue? FindElsewhere(string section, string place, string option, bool ownToo)
    {
        ConfigValue? value = null;
        if (place.Equals("known", StringComparison.OrdinalIgnoreCase))
        {
            return _known.TryGetValue(section, out ConfigSection? known) && known.TryGet(option, out value) ? value
                : ownToo ? Find(section, option)
                : Defaults.TryGet(option, out value) ? value
                : null;
        }

        if (!place.Equals("default", StringComparison.OrdinalIgnoreCase)
            && _sections.TryGetValue(place, out ConfigSection? other) && other.TryGet(option, out value))
        {
            return value;
        }

        return Defaults.TryGet(option, out value) ? value : null;
    }

    private Result<string?> Interpolate(string section, string option, ConfigValue value, IReadOnlyDictionary<string, string>? overrides)
    {
        var text = new StringBuilder();
        Problem? problem = Expand(section, option, value, overrides, text, 1);
        return problem is null ? text.ToString() : problem;
    }

    private Problem? Expand(
        string section, string option, ConfigValue value, IReadOnlyDictionary<string, string>? overrides, StringBuilder into, int depth)
    {
        Problem Bad(string what, string hint) => new($"{what} in the option '{option}' of [{section}]", value.File, hint) { Line = value.Line };
        if (depth > MaxDepth)
        {
            return Bad($"interpolation goes deeper than {MaxDepth} levels", "look for options that refer to each other");
        }

        ReadOnlySpan<char> rest = value.Text;
        while (true)
        {
            int percent = rest.IndexOf('%');
            into.Append(percent < 0 ? rest : rest[..percent]);
            if (into.Length > MaxLength)
            {
                return Bad($"interpolation makes more than {MaxLength} characters", "look for options that repeat each other");
            }

            if (percent < 0)
            {
                return null;
            }

            rest = rest[(percent + 1)..];
            if (rest.StartsWith("%"))
            {
                into.Append('%');
                rest = rest[1..];
                continue;
            }

            int end = rest.StartsWith("(") ? rest.IndexOf(")s") : -1;
            if (end < 0)
            {
                return Bad("a '%' stands alone", "write %% for a percent sign, %(name)s for another option");
            }

            string name = rest[1..end].ToString().ToLowerInvariant();
            rest = rest[(end + 2)..];
            ConfigValue? next = Reference(section, name, overrides);
            if (next is null)
            {
                return Bad($"%({name})s refers to an option that is nowhere set", "set it in the section or in [DEFAULT]");
            }

            if (!next.Text.Contains('%', StringComparison.Ordinal))
            {
                into.Append(next.Text);
            }
            else if (Expand(section, name, next, overrides, into, depth + 1) is { } problem)
            {
                return problem;
            }
        }
    }

    private ConfigValue? Reference(string section, string name, IReadOnlyDictionary<string, string>? overrides)
    {
        if (overrides is not null && overrides.TryGetValue(name, out string? text))
        {
            return new ConfigValue(text, section, 0);
        }

        if (name == "__name__")
        {
            return new ConfigValue(section, section, 0);
        }

        int slash = name.IndexOf('/', StringComparison.Ordinal);
        return slash < 0 ? Find(section, name) : FindElsewhere(section, name[..slash], name[(slash + 1)..], ownToo: false);
    }
}
