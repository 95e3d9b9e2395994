namespace Virtward.Core.Policy.Reading;

/// <summary>Finds what a mistyped word was meant to be.</summary>
public static class NearestWord
{
    private const int LongestWord = 40;

    /// <summary>The known word with the fewest edits from the given one, where those are few enough to be a slip; else null.</summary>
    public static string? Find(string word, ReadOnlySpan<string> known)
    {
        if (word.Length > LongestWord)
        {
            return null;
        }

        string? nearest = null;
        int fewest = Math.Max(1, word.Length / 3) + 1;
        foreach (string candidate in known)
        {
            int edits = Distance(word.ToLowerInvariant().Replace('_', '-'), candidate);
            if (edits < fewest)
            {
                (nearest, fewest) = (candidate, edits);
            }
        }

        return nearest;
    }

    /// <summary>The number of letters to add, drop, replace or swap with their neighbour (optimal string alignment distance).</summary>
    public static int Distance(string from, string to)
    {
        int[,] edits = new int[from.Length + 1, to.Length + 1];
        for (int i = 0; i <= from.Length; i++)
        {
            for (int j = 0; j <= to.Length; j++)
            {
                if (i == 0 || j == 0)
                {
                    edits[i, j] = i + j;
                    continue;
                }

                int replaced = edits[i - 1, j - 1] + (from[i - 1] == to[j - 1] ? 0 : 1);
                edits[i, j] = Math.Min(replaced, Math.Min(edits[i - 1, j], edits[i, j - 1]) + 1);
                if (i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1])
                {
                    edits[i, j] = Math.Min(edits[i, j], edits[i - 2, j - 2] + 1);
                }
            }
        }

        return edits[from.Length, to.Length];
    }
}
