using System.Collections.Immutable;
using System.Text;

namespace Virtward.Hardening.Makers;

/// <summary>Changes in files of others that have no drop-ins: every line that is not meant stays as it is, comments and blank lines too.</summary>
internal static class ConfigText
{
    /// <summary>The modes of files that we write: sshd's and secrets' for root alone, the rest for everybody to read.</summary>
    public const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>0644.</summary>
    public const UnixFileMode Public = Private | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    /// <summary>Stands before a line that was switched off.</summary>
    public const string Off = "#virtward# ";

    /// <summary>Switches lines off by a comment.</summary>
    /// <param name="text">The file.</param>
    /// <param name="numbers">The lines, from 1.</param>
    public static string CommentOut(string text, IEnumerable<int> numbers)
    {
        HashSet<int> off = [.. numbers];
        string[] lines = text.Split('\n');
        for (int i = 0; i < lines.Length; i++)
        {
            lines[i] = off.Contains(i + 1) ? Off + lines[i] : lines[i];
        }

        return string.Join('\n', lines);
    }

    /// <summary>
    /// Sets <c>name = value</c> in one of libvirt's files: the line that holds it is switched off and the new one stands below; where none holds it, below the last
    /// commented form of it, else at the end.
    /// </summary>
    /// <param name="text">The file.</param>
    /// <param name="name">The setting.</param>
    /// <param name="value">Its value, quoted where it is a text.</param>
    public static string Set(string text, string name, string value)
    {
        List<string> lines = [.. text.TrimEnd('\n').Split('\n')];
        int place = -1;
        int commented = -1;
        for (int i = 0; i < lines.Count; i++)
        {
            string line = lines[i].Trim();
            if (IsOf(line, name))
            {
                // A list may go over several lines, up to its bracket.
                int end = i;
                while (line.Contains('[', StringComparison.Ordinal) && !lines[end].Contains(']', StringComparison.Ordinal) && end + 1 < lines.Count)
                {
                    end++;
                }

                for (int at = i; at <= end; at++)
                {
                    lines[at] = Off + lines[at];
                }

                place = place < 0 ? end + 1 : place;
                i = end;
            }
            else if (line.StartsWith('#') && IsOf(line[1..].Trim(), name))
            {
                commented = i + 1;
            }
        }

        place = place >= 0 ? place : commented >= 0 ? commented : lines.Count;
        lines.Insert(place, $"{name} = {value}");
        return string.Join('\n', lines) + "\n";
    }

    /// <summary>Sets <c>name = value</c> in a section of an INI file; the section is made at the end where there is none.</summary>
    public static string SetIni(string text, string section, string name, string value)
    {
        List<string> lines = [.. text.TrimEnd('\n').Split('\n')];
        int start = lines.FindIndex(line => line.Trim().Equals($"[{section}]", StringComparison.OrdinalIgnoreCase));
        if (start < 0)
        {
            lines.Add($"[{section}]");
            start = lines.Count - 1;
        }

        int end = lines.FindIndex(start + 1, static line => line.TrimStart().StartsWith('['));
        end = end < 0 ? lines.Count : end;
        for (int i = start + 1; i < end; i++)
        {
            lines[i] = IsOf(lines[i].Trim(), name) ? Off + lines[i] : lines[i];
        }

        lines.Insert(start + 1, $"{name} = {value}");
        return string.Join('\n', lines) + "\n";
    }

    /// <summary>A file of ours: who wrote it and why, then its lines.</summary>
    public static string Ours(string about, IEnumerable<string> lines)
    {
        var text = new StringBuilder("# Written by virtward apply; changed by hand, the next plan puts it back.").Append(about.Length > 0 ? " " : "").Append(about).Append('\n');
        foreach (string line in lines)
        {
            text.Append(line).Append('\n');
        }

        return text.ToString();
    }

    private static bool IsOf(string line, string name) =>
        line.StartsWith(name, StringComparison.Ordinal) && line[name.Length..].TrimStart().StartsWith('=');

    /// <summary>Ids of checks that do not hold, among those that are given.</summary>
    public static ImmutableArray<string> Failing(Inventory.AuditFacts facts, params ReadOnlySpan<Checks.Check> checks)
    {
        ImmutableArray<string>.Builder ids = ImmutableArray.CreateBuilder<string>();
        foreach (Checks.Check check in checks)
        {
            if (check.Judge(facts).Status == Checks.Status.Fail)
            {
                ids.Add(check.Id);
            }
        }

        return ids.ToImmutable();
    }
}
