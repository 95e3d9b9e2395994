using System.Collections.Immutable;
using Virtward.Core.Results;
using YamlDotNet.RepresentationModel;

namespace Virtward.Guard.Filters.Definitions;

/// <summary>
/// Reads the fields of one YAML mapping and notes everything that is wrong: a field of the wrong shape, and an unknown key with the
/// nearest known one.
/// </summary>
public sealed class YamlFields
{
    private readonly Dictionary<string, YamlNode> _values = new(StringComparer.Ordinal);
    private readonly string _file;
    private readonly List<Problem> _problems;

    /// <summary>Takes a node, which should be a mapping.</summary>
    /// <param name="node">The node.</param>
    /// <param name="file">The file's name, for problems.</param>
    /// <param name="what">What the mapping is, for problems: "a rule".</param>
    /// <param name="known">The keys it may have.</param>
    /// <param name="problems">Where problems are noted.</param>
    public YamlFields(YamlNode node, string file, string what, ImmutableArray<string> known, List<Problem> problems)
    {
        Node = node;
        _file = file;
        _problems = problems;
        if (node is not YamlMappingNode mapping)
        {
            Note(node, $"{what} must be a mapping of keys to values");
            return;
        }

        foreach ((YamlNode key, YamlNode value) in mapping.Children)
        {
            string name = (key as YamlScalarNode)?.Value ?? "";
            if (known.Contains(name))
            {
                _values[name] = value;
            }
            else
            {
                string? nearest = Nearest(name, known);
                Note(key, $"unknown key '{name}' in {what}", nearest is null ? $"known are {string.Join(", ", known)}" : $"did you mean '{nearest}'?");
            }
        }
    }

    /// <summary>The mapping itself.</summary>
    public YamlNode Node { get; }

    /// <summary>The node of a key; null where it is missing.</summary>
    public YamlNode? Find(string key) => _values.GetValueOrDefault(key);

    /// <summary>The text of a key that must be there; empty, and noted, where it is not.</summary>
    public string Required(string key)
    {
        if (Find(key) is null)
        {
            Note(Node, $"'{key}' is missing");
            return "";
        }

        return Text(key) ?? "";
    }

    /// <summary>The text of a key; null where it is missing or no text.</summary>
    public string? Text(string key) => Find(key) is { } node ? Scalar(node, key) : null;

    /// <summary>The texts of a key that holds one or a list of them, each with its node.</summary>
    public ImmutableArray<(YamlNode Node, string Text)> Texts(string key)
    {
        YamlNode? node = Find(key);
        IEnumerable<YamlNode> items = node is YamlSequenceNode list ? list.Children : node is null ? [] : [node];
        return [.. items.Select(i => (Node: i, Text: Scalar(i, key))).Where(i => i.Text is not null).Select(i => (i.Node, i.Text!))];
    }

    /// <summary>The text of a key that must be one of several words; the first word where the key is missing.</summary>
    public string Choice(string key, params ReadOnlySpan<string> words)
    {
        string? text = Text(key);
        if (text is null || words.Contains(text))
        {
            return text ?? words[0];
        }

        Note(Find(key)!, $"'{key}' cannot be '{text}'", $"it is one of {string.Join(", ", words!)}");
        return words[0];
    }

    /// <summary>Notes a problem at a node.</summary>
    public void Note(YamlNode node, string what, string? hint = null) =>
        _problems.Add(At(node, _file, what, hint));

    /// <summary>A problem at a node.</summary>
    public static Problem At(YamlNode node, string file, string what, string? hint = null) =>
        new(what, file, hint) { Line = (int)node.Start.Line, Column = (int)node.Start.Column };

    private string? Scalar(YamlNode node, string key)
    {
        if (node is YamlScalarNode { Value: { Length: > 0 } value })
        {
            return value;
        }

        Note(node, $"'{key}' must be a text");
        return null;
    }

    private static string? Nearest(string word, ImmutableArray<string> known)
    {
        string? best = known.MinBy(k => Distance(word, k));
        return best is not null && Distance(word, best) <= Math.Max(2, best.Length / 3) ? best : null;
    }

    /// <summary>Levenshtein's distance: insertions, deletions and replacements.</summary>
    private static int Distance(string left, string right)
    {
        int[] row = [.. Enumerable.Range(0, right.Length + 1)];
        for (int i = 1; i <= left.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= right.Length; j++)
            {
                int replaced = diagonal + (left[i - 1] == right[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(replaced, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[^1];
    }
}
