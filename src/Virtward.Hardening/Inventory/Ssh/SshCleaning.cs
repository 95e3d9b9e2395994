using System.Globalization;
using System.Text;
using Virtward.Core.Snapshots;

namespace Virtward.Hardening.Inventory.Ssh;

/// <summary>Takes out of sshd's files what an audit does not need, and what may be a secret.</summary>
internal static class SshCleaning
{
    /// <summary>sshd_config(5): a forced command keeps its program only, an environment nothing; a private key that somebody put there goes.</summary>
    public static string Config(string text)
    {
        var clean = new StringBuilder(text.Length);
        bool inKey = false;
        foreach (ReadOnlySpan<char> line in text.AsSpan().EnumerateLines())
        {
            inKey |= line.Contains("-----BEGIN", StringComparison.Ordinal);
            ReadOnlySpan<char> word = line.TrimStart(" \t#");
            if (inKey)
            {
                clean.Append("# ").Append(Cleaning.Removed);
            }
            else if (word.StartsWith("SetEnv", StringComparison.OrdinalIgnoreCase))
            {
                clean.Append(line[..(line.Length - word.Length + 6)]).Append(' ').Append(Cleaning.Removed);
            }
            else if (word.StartsWith("ForceCommand", StringComparison.OrdinalIgnoreCase))
            {
                ReadOnlySpan<char> rest = word[12..].TrimStart(" \t=\"");
                int end = rest.IndexOfAny(' ', '\t', '"');
                clean.Append(line[..(line.Length - word.Length + 12)]).Append(' ').Append(end < 0 ? rest : rest[..end]);
            }
            else
            {
                clean.Append(line);
            }

            clean.Append('\n');
            inKey &= !line.Contains("-----END", StringComparison.Ordinal);
        }

        return clean.ToString();
    }

    /// <summary>moduli(5): how many groups there are of each size, <c>SIZE COUNT</c> a line.</summary>
    public static string Moduli(string text)
    {
        var sizes = new SortedDictionary<int, int>();
        foreach (ReadOnlySpan<char> line in text.AsSpan().EnumerateLines())
        {
            if (line.Length == 0 || line[0] == '#')
            {
                continue;
            }

            int field = 0;
            foreach (Range range in line.Split(' '))
            {
                // Time, type, tests, tries, size, generator, modulus; a size of 2047 stands for 2048 bits.
                if (field++ == 4 && int.TryParse(line[range], NumberStyles.None, CultureInfo.InvariantCulture, out int size))
                {
                    sizes[size] = sizes.GetValueOrDefault(size) + 1;
                    break;
                }
            }
        }

        return string.Concat(sizes.Select(static pair => string.Create(CultureInfo.InvariantCulture, $"{pair.Key} {pair.Value}\n")));
    }
}
