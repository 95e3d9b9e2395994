using System.Collections.Immutable;

namespace Virtward.Core.Policy.Reading;

/// <summary>Keys with values while they are being bound: hands each known key to a reader, and has told of every unknown one.</summary>
public sealed class Section
{
    private readonly ImmutableArray<YamlEntry> _entries;
    private readonly ProblemList _problems;

    private Section(ImmutableArray<YamlEntry> entries, ProblemList problems)
    {
        _entries = entries;
        _problems = problems;
    }

    /// <summary>Opens an item as keys and values; nothing at all is a section without keys.</summary>
    /// <param name="item">The item.</param>
    /// <param name="title">What it is, for messages: "the policy", "jail sshd".</param>
    /// <param name="problems">Takes the mistakes.</param>
    /// <param name="known">The keys that it may have.</param>
    public static Section Open(YamlItem item, string title, ProblemList problems, params ReadOnlySpan<string> known) =>
        Open(item, title, problems, static _ => null, known);

    /// <summary>Opens an item as keys and values, where some unknown keys are known to mean something else.</summary>
    /// <param name="item">The item.</param>
    /// <param name="title">What it is, for messages.</param>
    /// <param name="problems">Takes the mistakes.</param>
    /// <param name="meant">What to write instead of a key that is unknown; null: nothing is known of it.</param>
    /// <param name="known">The keys that it may have.</param>
    internal static Section Open(YamlItem item, string title, ProblemList problems, Func<string, string?> meant, params ReadOnlySpan<string> known)
    {
        if (item is not YamlMap map)
        {
            if (!item.IsEmpty)
            {
                problems.AddExpected(item, $"the keys of {title}", $"known are {string.Join(", ", known)}");
            }

            return new Section([], problems);
        }

        foreach (YamlEntry entry in map.Entries)
        {
            if (!known.Contains(entry.Key.Text))
            {
                string? nearest = problems.IsFull ? null : NearestWord.Find(entry.Key.Text, known);
                problems.Add(entry.Key, $"unknown key {ProblemList.Quote(entry.Key.Text)} in {title}",
                    meant(entry.Key.Text) ?? (nearest is null ? $"known are {string.Join(", ", known)}" : $"did you mean '{nearest}'?"));
            }
        }

        return new Section(map.Entries, problems);
    }

    /// <summary>Opens keys and values that have been read already, to look at them again; mistakes in them are not told a second time.</summary>
    internal static Section Known(YamlMap map) => new(map.Entries, new ProblemList(""));

    /// <summary>The value of a key; null where the key is missing.</summary>
    public YamlItem? Find(string key)
    {
        foreach (YamlEntry entry in _entries)
        {
            if (entry.Key.Text == key)
            {
                return entry.Value;
            }
        }

        return null;
    }

    /// <summary>Reads a key's value; the fallback where the key is missing or its value wrong (and then told of).</summary>
    public T Read<T>(string key, T fallback, ValueReader<T> reader) =>
        Find(key) is { } item && reader(item, _problems, out T? value) ? value : fallback;

    /// <summary>Reads a key's list, leaving out wrong items (and telling of them); the fallback where the key is missing.</summary>
    public ImmutableArray<T> ReadList<T>(string key, ImmutableArray<T> fallback, ValueReader<T> reader)
    {
        if (Find(key) is not { } found)
        {
            return fallback;
        }

        if (found is YamlMap)
        {
            _problems.AddExpected(found, "a list", "write [one, another]");
            return fallback;
        }

        ImmutableArray<YamlItem> items = ItemsOf(found);
        var values = ImmutableArray.CreateBuilder<T>(items.Length);
        foreach (YamlItem item in items)
        {
            if (reader(item, _problems, out T? value))
            {
                values.Add(value);
            }
        }

        return values.ToImmutable();
    }

    /// <summary>The items of a key's list, for mistakes that only show between keys; empty where the key is missing.</summary>
    public ImmutableArray<YamlItem> Items(string key) => Find(key) is { } found ? ItemsOf(found) : [];

    // One value stands for a list of one.
    private static ImmutableArray<YamlItem> ItemsOf(YamlItem found) => found is YamlList list ? list.Items : found.IsEmpty ? [] : [found];
}
