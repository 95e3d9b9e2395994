using System.Collections.Immutable;
using System.Text;

namespace Virtward.Hardening.Inventory.Hypervisor;

/// <summary>
/// One of libvirt's configuration files: <c>name = value</c>, a number, a quoted text, or a list of texts in brackets over as many lines as it likes.
/// Of a name that is set twice the first holds: libvirt looks it up from the top.
/// </summary>
/// <param name="Path">The file's path.</param>
/// <param name="Settings">What is set, by name.</param>
/// <param name="Problem">Why the file could not be read; null: it was, or there is none and the built-in values hold.</param>
public sealed record LibvirtConfig(string Path, ImmutableSortedDictionary<string, LibvirtSetting> Settings, string? Problem)
{
    private const int MaxListLines = 500;

    /// <summary>A setting; null: not set, so that libvirt's own value holds.</summary>
    public LibvirtSetting? Find(string name) => Settings.GetValueOrDefault(name);

    /// <summary>A setting's value; what is given where it is not set.</summary>
    public string Value(string name, string byDefault) => Find(name)?.Value ?? byDefault;

    /// <summary>Whether a setting is set to a number.</summary>
    public bool Is(string name, string value) => Find(name)?.Value == value;

    /// <summary>Reads one.</summary>
    public static LibvirtConfig Read(string path, string text)
    {
        ImmutableSortedDictionary<string, LibvirtSetting>.Builder settings = ImmutableSortedDictionary.CreateBuilder<string, LibvirtSetting>(StringComparer.Ordinal);
        string[] lines = text.Split('\n');
        for (int i = 0; i < lines.Length; i++)
        {
            string line = lines[i].Trim();
            int equals = line.IndexOf('=', StringComparison.Ordinal);
            if (line.Length == 0 || line[0] == '#' || equals <= 0)
            {
                continue;
            }

            int number = i + 1;
            string name = line[..equals].Trim();
            string value = line[(equals + 1)..].Trim();
            if (value.StartsWith('['))
            {
                var list = new StringBuilder(value);
                for (int more = 0; !Closes(lines[i]) && i + 1 < lines.Length && more < MaxListLines; more++)
                {
                    i++;
                    string next = lines[i].Trim();
                    list.Append(next.StartsWith('#') ? "" : " " + next);
                }

                value = list.ToString();
            }

            settings.TryAdd(name, new LibvirtSetting(name, Values(value), path, number, line));
        }

        return new LibvirtConfig(path, settings.ToImmutable(), null);
    }

    /// <summary>One without settings.</summary>
    public static LibvirtConfig Empty(string path, string? problem = null) =>
        new(path, ImmutableSortedDictionary.Create<string, LibvirtSetting>(StringComparer.Ordinal), problem);

    private static bool Closes(string line) => !line.TrimStart().StartsWith('#') && line.Contains(']', StringComparison.Ordinal);

    // A text in quotes may hold anything but its quote; a word without quotes ends at a blank or a comment.
    private static ImmutableArray<string> Values(string value)
    {
        ImmutableArray<string>.Builder values = ImmutableArray.CreateBuilder<string>();
        bool list = value.StartsWith('[');
        for (int i = list ? 1 : 0; i < value.Length;)
        {
            char c = value[i];
            if (c is '"' or '\'')
            {
                int end = value.IndexOf(c, i + 1);
                end = end < 0 ? value.Length : end;
                values.Add(value[(i + 1)..end]);
                i = end + 1;
            }
            else if (c is ']' or '#')
            {
                break;
            }
            else if (c is ',' || char.IsWhiteSpace(c))
            {
                i++;
                continue;
            }
            else
            {
                int end = value.AsSpan(i).IndexOfAny(" \t,]#");
                end = end < 0 ? value.Length : i + end;
                values.Add(value[i..end]);
                i = end;
            }

            if (!list)
            {
                break;
            }
        }

        return values.ToImmutable();
    }
}
