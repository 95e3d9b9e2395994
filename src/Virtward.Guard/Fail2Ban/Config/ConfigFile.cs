using Virtward.Core.Results;

namespace Virtward.Guard.Fail2Ban.Config;

/// <summary>
/// One configuration file in the dialect of Python's ConfigParser, as fail2ban sets it up: option names in any case, <c>=</c> or
/// <c>:</c>, indented lines continue a value, lines that start with <c>#</c> or <c>;</c> are comments, and <c> ;</c> begins one
/// within a line.
/// </summary>
public sealed class ConfigFile
{
    private readonly OrderedDictionary<string, ConfigSection> _sections = new(StringComparer.Ordinal);

    private ConfigFile(string path)
    {
        Path = path;
    }

    /// <summary>The path it was read from.</summary>
    public string Path { get; }

    /// <summary>The sections by name, in order, <c>DEFAULT</c> among them.</summary>
    public IEnumerable<KeyValuePair<string, ConfigSection>> Sections => _sections;

    /// <summary>Takes a file's text apart.</summary>
    /// <param name="path">The path, for messages.</param>
    /// <param name="text">The text.</param>
    public static Result<ConfigFile> Parse(string path, string text)
    {
        var file = new ConfigFile(path);
        ConfigSection? section = null;
        string? option = null;
        int optionLine = 0;
        int optionIndent = 0;
        var value = new List<string>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        int number = 0;

        foreach (string raw in text.Split('\n'))
        {
            number++;
            string line = WithoutComment(raw.TrimEnd('\r'));
            string content = line.Trim();
            int indent = line.Length - line.TrimStart().Length;
            if (content.Length == 0)
            {
                // An empty line within a value is part of it; a comment line is not.
                if (option is not null && raw.Trim().Length == 0)
                {
                    value.Add("");
                }

                continue;
            }

            if (option is not null && indent > optionIndent)
            {
                value.Add(content);
                continue;
            }

            Flush();
            optionIndent = indent;
            if (content[0] == '[' && content.IndexOf(']', StringComparison.Ordinal) is > 1 and int end)
            {
                string name = content[1..end];
                if (name != "DEFAULT" && !seen.Add(name))
                {
                    return new Problem($"the section [{name}] is there twice", path, "join the two") { Line = number };
                }

                section = file.Section(name);
                continue;
            }

            if (section is null)
            {
                return new Problem("there is text before the first [section]", path, "put a section header above it") { Line = number };
            }

            int separator = content.AsSpan().IndexOfAny('=', ':');
            if (separator <= 0)
            {
                return new Problem(
                    $"'{Shorten(content)}' is neither 'option = value' nor a continuation", path, "indent it to continue the line above") { Line = number };
            }

            option = content[..separator].TrimEnd().ToLowerInvariant();
            optionLine = number;
            value.Add(content[(separator + 1)..].Trim());
            if (section.Has(option))
            {
                return new Problem($"the option '{option}' is there twice in one section", path, "keep one of the two") { Line = number };
            }
        }

        Flush();
        return file;

        void Flush()
        {
            if (option is not null)
            {
                section!.Set(option, new ConfigValue(string.Join('\n', value).TrimEnd(), path, optionLine));
            }

            option = null;
            value.Clear();
        }
    }

    private ConfigSection Section(string name)
    {
        if (!_sections.TryGetValue(name, out ConfigSection? section))
        {
            section = new ConfigSection();
            _sections.Add(name, section);
        }

        return section;
    }

    // Python's configparser: a full-line comment starts with # or ; after blanks; an inline one is ';' at the start or after a blank.
    private static string WithoutComment(string line)
    {
        ReadOnlySpan<char> start = line.AsSpan().TrimStart();
        if (start.Length > 0 && start[0] is '#' or ';')
        {
            return "";
        }

        for (int at = line.IndexOf(';', StringComparison.Ordinal); at > 0; at = line.IndexOf(';', at + 1))
        {
            if (char.IsWhiteSpace(line[at - 1]))
            {
                return line[..at];
            }
        }

        return line;
    }

    private static string Shorten(string text) => text.Length <= 40 ? text : text[..40] + "…";
}
