using System.Collections.Immutable;
using System.Text;
using Virtward.Core.Snapshots;

namespace Virtward.Hardening.Inventory.Network;

/// <summary>A configuration of OpenVPN: an option a line, with its words.</summary>
/// <param name="Path">The file.</param>
/// <param name="Options">The options in order: the line's number and its words.</param>
public sealed record OpenVpnConfig(string Path, ImmutableArray<(int Line, ImmutableArray<string> Words)> Options)
{
    /// <summary>Whether it is a server's: it hands out addresses, or takes TLS clients.</summary>
    public bool IsServer => Has("server") || Has("server-bridge") || Has("tls-server") || (Words("mode") is { Length: > 1 } mode && mode[1] == "server");

    /// <summary>Whether an option is set.</summary>
    public bool Has(string name) => Options.Any(option => option.Words[0] == name);

    /// <summary>An option's words, its name first; empty: it is not set. Of several the last, as OpenVPN takes it.</summary>
    public ImmutableArray<string> Words(string name) => Options.LastOrDefault(option => option.Words[0] == name).Words is { IsDefault: false } words ? words : [];

    /// <summary>The line that an option stands at; 0: none.</summary>
    public int LineOf(string name) => Options.LastOrDefault(option => option.Words[0] == name).Line;

    /// <summary>Takes keys out: what stands between <c>&lt;key&gt;</c> and <c>&lt;/key&gt;</c> and the like, whatever it is, and secrets on lines.</summary>
    public static string Clean(string text)
    {
        var clean = new StringBuilder(text.Length);
        string? block = null;
        foreach (string raw in text.Split('\n'))
        {
            string line = raw.Trim();
            if (block is null)
            {
                clean.Append(raw.TrimEnd('\r')).Append('\n');
                block = line.Length > 2 && line[0] == '<' && line[^1] == '>' && line[1] != '/' ? line[1..^1] : null;
            }
            else if (line == $"</{block}>")
            {
                clean.Append(Cleaning.Removed).Append('\n').Append(line).Append('\n');
                block = null;
            }
        }

        return Cleaning.Secrets(clean.ToString());
    }

    /// <summary>Reads one.</summary>
    public static OpenVpnConfig Read(ConfigFile file)
    {
        ImmutableArray<(int, ImmutableArray<string>)>.Builder options = ImmutableArray.CreateBuilder<(int, ImmutableArray<string>)>();
        ImmutableArray<string> lines = file.Lines;
        for (int i = 0; i < lines.Length; i++)
        {
            string line = lines[i].Trim();
            if (line.Length > 2 && line[0] == '<' && line[^1] == '>' && line[1] != '/')
            {
                options.Add((i + 1, [line[1..^1]]));
            }
            else if (line.Length > 0 && line[0] is not ('#' or ';' or '<'))
            {
                options.Add((i + 1, [.. line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Take(20)]));
            }
        }

        return new OpenVpnConfig(file.Path, options.ToImmutable());
    }
}
