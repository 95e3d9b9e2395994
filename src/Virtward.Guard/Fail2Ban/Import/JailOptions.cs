using Virtward.Core.Results;
using Virtward.Guard.Fail2Ban.Config;

namespace Virtward.Guard.Fail2Ban.Import;

/// <summary>The options of one jail, and the notes about them.</summary>
/// <param name="tree">jail.conf and what overrides it.</param>
/// <param name="section">The jail.</param>
/// <param name="notes">Takes the notes.</param>
public sealed class JailOptions(ConfigTree tree, string section, ICollection<ImportNote> notes)
{
    /// <summary>The jail's name.</summary>
    public string Name => section;

    /// <summary>An option's text, interpolated and trimmed; empty where it is not set or not to be resolved (noted).</summary>
    public string Text(string option)
    {
        if (tree.Get(section, option).TryGet(out string? text, out Problem? problem))
        {
            return text?.Trim() ?? "";
        }

        notes.Add(new ImportNote(problem.On ?? "", problem.Line, section, $"{problem.What}; '{option}' is not taken over"));
        return "";
    }

    /// <summary>Whether the option says yes.</summary>
    public bool Flag(string option) => Text(option).ToLowerInvariant() is "1" or "on" or "true" or "yes";

    /// <summary>Whether the jail sets the option itself, not just inherits it.</summary>
    public bool HasOwn(string option) => tree.TryGetSection(section, out ConfigSection? own) && own.Has(option);

    /// <summary>The option's duration.</summary>
    /// <param name="option">The option.</param>
    /// <param name="fallback">What holds where it is not set, or no duration (noted).</param>
    /// <param name="longest">The longest that our policy takes; -1 becomes that.</param>
    public TimeSpan Duration(string option, TimeSpan fallback, TimeSpan longest)
    {
        string text = Text(option);
        if (text.Length == 0)
        {
            return fallback;
        }

        if (!Durations.TryParse(text, out double seconds))
        {
            Note(option, $"'{option} = {text}' is no duration; {PolicyText.Duration(fallback)} is taken");
            return fallback;
        }

        if (seconds < 0)
        {
            Note(option, $"'{option} = {text}' is for ever, and every ban ends here: it becomes {PolicyText.Duration(TimeSpan.FromDays(364))} (52 weeks)");
            return TimeSpan.FromDays(364);
        }

        if (seconds > longest.TotalSeconds)
        {
            Note(option, $"'{option} = {text}' is longer than a policy takes: it becomes {PolicyText.Duration(longest)}");
            return longest;
        }

        return TimeSpan.FromSeconds(Math.Max(1, Math.Round(seconds)));
    }

    /// <summary>The option to which notes about the filter point: where the jail names one, else where it is switched on.</summary>
    public string FilterOption => HasOwn("filter") ? "filter" : "enabled";

    /// <summary>Notes what became of an option, at its place; of one that is nowhere set where the jail is switched on.</summary>
    public void Note(string option, string text)
    {
        ConfigValue? at = tree.Find(section, option) ?? tree.Find(section, "enabled");
        notes.Add(new ImportNote(at?.File ?? "", at?.Line ?? 0, section, text));
    }
}
