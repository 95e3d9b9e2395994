using System.Collections.Immutable;

namespace Virtward.Hardening.Inventory.Package;

/// <summary>
/// apt's configuration as apt.conf(5) has it: <c>A::B "x";</c>, <c>A { B "x"; };</c>, lists of values, comments, <c>#clear</c>; the files of
/// apt.conf.d by name, then apt.conf; the last value of a name wins, lists grow.
/// </summary>
public sealed class AptConfig
{
    private const int MaxDepth = 32;

    private readonly List<(string Name, FoundSetting Setting)> _settings = [];

    /// <summary>Why a part of it could not be read; null: all was.</summary>
    public string? Problem { get; private set; }

    /// <summary>Reads it; never fails.</summary>
    public static AptConfig Read(FileFacts files)
    {
        var config = new AptConfig { Problem = files.WhyIn("/etc/apt/apt.conf.d") ?? files.Why("/etc/apt/apt.conf") };
        foreach (ConfigFile file in files.In("/etc/apt/apt.conf.d", "*").Where(static file => IsRead(file.Path)))
        {
            config.Take(file);
        }

        if (files.Find("/etc/apt/apt.conf") is ConfigFile main)
        {
            config.Take(main);
        }

        return config;
    }

    /// <summary>The last value of a name; null: it is not set.</summary>
    public FoundSetting? Find(string name) =>
        _settings.LastOrDefault(pair => pair.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Setting;

    /// <summary>The values of a list.</summary>
    public IEnumerable<FoundSetting> List(string name) =>
        _settings.Where(pair => pair.Name.StartsWith(name + "::", StringComparison.OrdinalIgnoreCase)).Select(static pair => pair.Setting);

    // apt reads names of letters, digits, hyphens, underscores and dots, without an ending or with ".conf".
    private static bool IsRead(string path)
    {
        string name = path[(path.LastIndexOf('/') + 1)..];
        int dot = name.LastIndexOf('.');
        return (dot < 0 || name[dot..] == ".conf") && name.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');
    }

    private void Take(ConfigFile file)
    {
        string text = file.Text;
        ImmutableArray<string> lines = file.Lines;
        var scopes = new List<string>();
        var words = new List<string>();
        int line = 1;
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            if (c == '\n')
            {
                line++;
                if (words.Count > 0 && words[0] is "#clear" or "#include")
                {
                    words.Clear();
                }
            }
            else if ((c == '/' && Next(text, i) == '/') || (c == '#' && !IsDirective(text, i)))
            {
                i = End(text, i, '\n') - 1;
            }
            else if (c == '/' && Next(text, i) == '*')
            {
                int end = text.IndexOf("*/", i + 2, StringComparison.Ordinal);
                end = end < 0 ? text.Length : end + 1;
                line += Count(text, i, end);
                i = end;
            }
            else if (c == '"')
            {
                int end = End(text, i + 1, '"');
                words.Add('"' + text[(i + 1)..end]);
                line += Count(text, i, end);
                i = end;
            }
            else if (c == '{')
            {
                if (scopes.Count >= MaxDepth)
                {
                    Problem = $"{file.Path} is nested too deeply";
                    return;
                }

                scopes.Add(words.Count > 0 ? words[^1].TrimStart('"') : "");
                words.Clear();
            }
            else if (c == '}')
            {
                Close(file.Path, line, lines, scopes, words);
                if (scopes.Count > 0)
                {
                    scopes.RemoveAt(scopes.Count - 1);
                }
            }
            else if (c == ';')
            {
                Close(file.Path, line, lines, scopes, words);
            }
            else if (!char.IsWhiteSpace(c))
            {
                int end = i;
                while (end < text.Length && !char.IsWhiteSpace(text[end]) && text[end] is not '"' and not ';' and not '{' and not '}')
                {
                    end++;
                }

                words.Add(text[i..end]);
                i = end - 1;
            }
        }
    }

    private void Close(string path, int line, ImmutableArray<string> lines, List<string> scopes, List<string> words)
    {
        if (words.Count > 0)
        {
            string scope = string.Join("::", scopes.Where(static part => part.Length > 0));
            if (words[0] == "#clear")
            {
                foreach (string name in words.Skip(1))
                {
                    string whole = scope.Length > 0 ? $"{scope}::{name}" : name;
                    _settings.RemoveAll(pair => pair.Name.Equals(whole, StringComparison.OrdinalIgnoreCase)
                        || pair.Name.StartsWith(whole + "::", StringComparison.OrdinalIgnoreCase));
                }
            }
            else
            {
                bool isItem = words[0][0] == '"';
                string name = isItem ? "" : words[0];
                string value = isItem ? words[0][1..] : words.Count > 1 ? words[1].TrimStart('"') : "";
                string whole = scope.Length > 0 ? $"{scope}::{name}" : name;
                _settings.Add((whole, new FoundSetting(value, path, line, line <= lines.Length ? lines[line - 1].Trim() : value)));
            }
        }

        words.Clear();
    }

    private static bool IsDirective(string text, int at) =>
        string.CompareOrdinal(text, at, "#clear", 0, 6) == 0 || string.CompareOrdinal(text, at, "#include", 0, 8) == 0;

    private static char Next(string text, int at) => at + 1 < text.Length ? text[at + 1] : '\0';

    private static int End(string text, int from, char what) => text.IndexOf(what, from) is int end and >= 0 ? end : text.Length;

    private static int Count(string text, int from, int to) => text.AsSpan(from, Math.Min(to, text.Length) - from).Count('\n');
}
