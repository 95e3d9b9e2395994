using System.Collections.Immutable;

namespace Virtward.Hardening.Plan;

/// <summary>The difference of two texts, line by line, as diff -u shows it.</summary>
public static class LineDiff
{
    // Beyond this the table of the common lines would take too much; such texts are shown as taken away and put there.
    private const int MaxCells = 16 * 1024 * 1024;

    /// <summary>Lines that begin with a blank, <c>-</c> or <c>+</c>, hunks begin with <c>@@</c>; empty where the texts are equal.</summary>
    /// <param name="before">The old text.</param>
    /// <param name="after">The new text.</param>
    /// <param name="context">How many equal lines are kept around a difference.</param>
    public static ImmutableArray<string> Of(string before, string after, int context = 3)
    {
        if (before == after)
        {
            return [];
        }

        string[] old = Lines(before);
        string[] now = Lines(after);
        List<(char Sign, string Text, int Old, int New)> all = Align(old, now);
        ImmutableArray<string>.Builder shown = ImmutableArray.CreateBuilder<string>();
        for (int i = 0; i < all.Count;)
        {
            if (all[i].Sign == ' ')
            {
                i++;
                continue;
            }

            int from = Math.Max(0, i - context);
            int last = i;
            for (int j = i; j < all.Count && j <= last + (2 * context); j++)
            {
                last = all[j].Sign == ' ' ? last : j;
            }

            int to = Math.Min(all.Count, last + context + 1);
            List<(char Sign, string Text, int Old, int New)> hunk = all[from..to];
            shown.Add($"@@ -{hunk[0].Old + 1},{hunk.Count(static line => line.Sign != '+')} +{hunk[0].New + 1},{hunk.Count(static line => line.Sign != '-')} @@");
            shown.AddRange(hunk.Select(static line => $"{line.Sign}{line.Text}"));
            i = to;
        }

        return shown.ToImmutable();
    }

    private static string[] Lines(string text) => text.Length == 0 ? [] : (text.EndsWith('\n') ? text[..^1] : text).Split('\n');

    private static List<(char Sign, string Text, int Old, int New)> Align(string[] old, string[] now)
    {
        List<(char, string, int, int)> all = [];
        int start = 0;
        while (start < old.Length && start < now.Length && old[start] == now[start])
        {
            all.Add((' ', old[start], start, start));
            start++;
        }

        int oldEnd = old.Length;
        int newEnd = now.Length;
        while (oldEnd > start && newEnd > start && old[oldEnd - 1] == now[newEnd - 1])
        {
            oldEnd--;
            newEnd--;
        }

        int i = start;
        int j = start;
        if ((long)(oldEnd - start + 1) * (newEnd - start + 1) <= MaxCells)
        {
            int[,] common = Common(old, now, start, oldEnd, newEnd);
            while (i < oldEnd && j < newEnd)
            {
                if (old[i] == now[j])
                {
                    all.Add((' ', old[i], i++, j++));
                }
                else if (common[i - start + 1, j - start] >= common[i - start, j - start + 1])
                {
                    all.Add(('-', old[i], i++, j));
                }
                else
                {
                    all.Add(('+', now[j], i, j++));
                }
            }
        }

        while (i < oldEnd)
        {
            all.Add(('-', old[i], i++, j));
        }

        while (j < newEnd)
        {
            all.Add(('+', now[j], i, j++));
        }

        while (i < old.Length)
        {
            all.Add((' ', old[i], i++, j++));
        }

        return all;
    }

    // The longest common subsequence of what is left of both texts from each pair of lines on.
    private static int[,] Common(string[] old, string[] now, int start, int oldEnd, int newEnd)
    {
        int[,] common = new int[oldEnd - start + 1, newEnd - start + 1];
        for (int i = oldEnd - 1; i >= start; i--)
        {
            for (int j = newEnd - 1; j >= start; j--)
            {
                common[i - start, j - start] = old[i] == now[j]
                    ? common[i - start + 1, j - start + 1] + 1
                    : Math.Max(common[i - start + 1, j - start], common[i - start, j - start + 1]);
            }
        }

        return common;
    }
}
