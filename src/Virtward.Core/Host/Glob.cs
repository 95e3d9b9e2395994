namespace Virtward.Core.Host;

/// <summary>Matches names against patterns as glob(7) does, for one part of a path.</summary>
public static class Glob
{
    /// <summary>Whether a pattern holds a wildcard at all.</summary>
    public static bool HasWildcard(ReadOnlySpan<char> pattern) => pattern.IndexOfAny("*?[") >= 0;

    /// <summary>
    /// Whether a name matches: <c>*</c> is any text, <c>?</c> any character, <c>[a-z]</c> or <c>[!a-z]</c> one of a class; a leading dot
    /// must be written. Takes at most name × pattern steps.
    /// </summary>
    public static bool Matches(ReadOnlySpan<char> pattern, ReadOnlySpan<char> name)
    {
        if (name.StartsWith('.') && !pattern.StartsWith('.'))
        {
            return false;
        }

        // Greedy with one point of return: only the last star ever needs to take more.
        int p = 0, n = 0, starAt = -1, starName = 0;
        while (n < name.Length)
        {
            if (p < pattern.Length && pattern[p] == '*')
            {
                starAt = p++;
                starName = n;
            }
            else if (p < pattern.Length && MatchesOne(pattern, ref p, name[n]))
            {
                n++;
            }
            else if (starAt >= 0)
            {
                p = starAt + 1;
                n = ++starName;
            }
            else
            {
                return false;
            }
        }

        return pattern[p..].Trim('*').IsEmpty;
    }

    /// <summary>Matches one character and moves on in the pattern; leaves it alone where it does not match.</summary>
    private static bool MatchesOne(ReadOnlySpan<char> pattern, ref int at, char c)
    {
        int close = pattern[at] == '[' ? ClassEnd(pattern, at) : -1;
        if (close < 0)
        {
            if (pattern[at] != '?' && pattern[at] != c)
            {
                return false;
            }

            at++;
            return true;
        }

        ReadOnlySpan<char> set = pattern[(at + 1)..close];
        bool negated = set[0] is '!' or '^';
        if (negated)
        {
            set = set[1..];
        }

        bool found = false;
        for (int i = 0; i < set.Length; i++)
        {
            bool range = i + 2 < set.Length && set[i + 1] == '-';
            found |= range ? c >= set[i] && c <= set[i + 2] : c == set[i];
            i += range ? 2 : 0;
        }

        if (found == negated)
        {
            return false;
        }

        at = close + 1;
        return true;
    }

    /// <summary>Where a class ends; a bracket right after its beginning belongs to it. -1: it is a plain bracket.</summary>
    private static int ClassEnd(ReadOnlySpan<char> pattern, int open)
    {
        int first = open + 1;
        if (first < pattern.Length && pattern[first] is '!' or '^')
        {
            first++;
        }

        int close = first + 1 < pattern.Length ? pattern[(first + 1)..].IndexOf(']') : -1;
        return close < 0 ? -1 : first + 1 + close;
    }
}
