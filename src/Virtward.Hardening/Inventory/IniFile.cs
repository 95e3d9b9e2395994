using System.Collections.Immutable;

namespace Virtward.Hardening.Inventory;

/// <summary>Files of sections and keys, as systemd, dnf and Fail2Ban have them. Never fails: what is no key is passed over.</summary>
public static class IniFile
{
    /// <summary>The keys of a file, in order; a key may stand there more than once.</summary>
    /// <param name="file">The file.</param>
    /// <param name="continues">Whether a line that begins with white space goes on with the value above it.</param>
    public static ImmutableArray<IniEntry> Read(ConfigFile file, bool continues = false)
    {
        ImmutableArray<IniEntry>.Builder entries = ImmutableArray.CreateBuilder<IniEntry>();
        ImmutableArray<string> lines = file.Lines;
        string section = "", key = "";
        var value = new List<string>();
        int begun = 0;
        void Close()
        {
            if (begun > 0)
            {
                entries.Add(new IniEntry(section, key, string.Join('\n', value), begun));
            }

            begun = 0;
        }

        for (int i = 0; i < lines.Length; i++)
        {
            string line = lines[i].Trim();
            if (line.Length == 0 || line[0] is '#' or ';')
            {
                continue;
            }

            int equals = line.IndexOf('=', StringComparison.Ordinal);
            if (continues && begun > 0 && char.IsWhiteSpace(lines[i][0]))
            {
                value.Add(line);
            }
            else if (line[0] == '[' && line.IndexOf(']', StringComparison.Ordinal) is int end and > 0)
            {
                Close();
                section = line[1..end].Trim();
            }
            else if (equals > 0)
            {
                Close();
                (key, begun) = (line[..equals].TrimEnd(), i + 1);
                value.Clear();
                value.Add(line[(equals + 1)..].Trim());
            }
        }

        Close();
        return entries.ToImmutable();
    }

    /// <summary>What "yes" means to systemd, dnf and apt; null: it is neither yes nor no.</summary>
    public static bool? Switch(string value) => value.Trim().Trim('"').ToUpperInvariant() switch
    {
        "1" or "YES" or "TRUE" or "ON" or "Y" or "T" or "ENABLE" => true,
        "0" or "NO" or "FALSE" or "OFF" or "N" or "F" or "DISABLE" => false,
        _ => null,
    };
}
