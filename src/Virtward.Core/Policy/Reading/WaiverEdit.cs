using System.Globalization;
using Virtward.Core.Results;

namespace Virtward.Core.Policy.Reading;

/// <summary>
/// Writes a waiver into the text of a policy, and leaves every other character as it is: comments, order and blank lines are the
/// administrator's. A section that is written between braces is not touched: that is said instead.
/// </summary>
public static class WaiverEdit
{
    /// <summary>The text with the waiver in it; one of the same check is replaced.</summary>
    /// <param name="text">The policy's text, without mistakes.</param>
    /// <param name="origin">The policy's path, for problems.</param>
    /// <param name="waiver">What to write.</param>
    public static Result<string> Put(string text, string origin, WaiverPolicy waiver)
    {
        var problems = new ProblemList(origin);
        if (YamlTree.Read(text, problems) is not YamlMap root || !problems.ToImmutable().IsEmpty)
        {
            return new Problem("has mistakes, and is not changed", origin, "mend them first: the commands that read it tell them");
        }

        List<string> lines = [.. text.Split('\n')];
        bool ended = lines[^1].Length == 0;
        if (ended)
        {
            lines.RemoveAt(lines.Count - 1);
        }

        string end = lines.Count > 0 && lines[0].EndsWith('\r') ? "\r" : "";
        Problem? refusal = Place(lines, root, origin, waiver, end);
        return refusal is null ? string.Join('\n', lines) + "\n" : refusal;
    }

    private static Problem? Place(List<string> lines, YamlMap root, string origin, WaiverPolicy waiver, string end)
    {
        YamlEntry? audit = root.Entries.FirstOrDefault(static entry => entry.Key.Text == "audit");
        if (IsFlow(lines, root))
        {
            return ByHand(origin, root.Line);
        }

        if (audit is null)
        {
            lines.AddRange([end, $"audit:{end}", $"  waive:{end}", $"    {Entry(waiver)}{end}"]);
            return null;
        }

        if (audit.Value is not YamlMap section)
        {
            lines.Insert(audit.Key.Line, $"  waive:{end}");
            lines.Insert(audit.Key.Line + 1, $"    {Entry(waiver)}{end}");
            return null;
        }

        if (IsFlow(lines, section))
        {
            return ByHand(origin, section.Line);
        }

        YamlEntry? waive = section.Entries.FirstOrDefault(static entry => entry.Key.Text == "waive");
        string indent = new(' ', section.Column - 1);
        if (waive is null)
        {
            lines.Insert(section.Line - 1, $"{indent}waive:{end}");
            lines.Insert(section.Line, $"{indent}  {Entry(waiver)}{end}");
            return null;
        }

        if (waive.Value is not YamlMap known)
        {
            lines.Insert(waive.Key.Line, $"{indent}  {Entry(waiver)}{end}");
            return null;
        }

        if (IsFlow(lines, known))
        {
            return ByHand(origin, known.Line);
        }

        indent = new string(' ', known.Column - 1);
        YamlEntry? same = known.Entries.FirstOrDefault(entry => entry.Key.Text == waiver.Id);
        if (same is null)
        {
            lines.Insert(known.Line - 1, $"{indent}{Entry(waiver)}{end}");
            return null;
        }

        // One that is spread over lines ends where something stands that is not further in than it.
        int first = same.Key.Line - 1;
        int next = first + 1;
        while (next < lines.Count && lines[next].Length - lines[next].TrimStart().Length >= known.Column && lines[next].Trim().Length > 0)
        {
            next++;
        }

        lines.RemoveRange(first, next - first);
        lines.Insert(first, $"{indent}{Entry(waiver)}{end}");
        return null;
    }

    private static bool IsFlow(List<string> lines, YamlMap map) =>
        map.Line <= lines.Count && map.Column <= lines[map.Line - 1].Length && lines[map.Line - 1][map.Column - 1] == '{';

    private static Problem ByHand(string origin, int line) => new(
        "this section is written between braces, and is not changed by a program", origin, "write the waiver by hand: docs/policy.md has the form") { Line = line };

    // In double quotes every character can be written (YAML 1.2.2, 7.3.1).
    private static string Entry(WaiverPolicy waiver)
    {
        var quoted = new System.Text.StringBuilder();
        foreach (char c in waiver.Because)
        {
            _ = c switch
            {
                '"' or '\\' => quoted.Append('\\').Append(c),
                _ when char.IsControl(c) => quoted.Append(' '),
                _ => quoted.Append(c),
            };
        }

        return $"{waiver.Id}: {{ until: {waiver.Until.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)}, because: \"{quoted}\" }}";
    }
}
