using System.Collections.Immutable;
using Virtward.Core.Net;

namespace Virtward.Hardening.Inventory.Ssh;

/// <summary>The patterns of ssh_config(5): <c>*</c>, <c>?</c>, lists with commas, <c>!</c> for what is left out.</summary>
internal static class SshPatterns
{
    /// <summary>Whether a text matches a list.</summary>
    public static bool InList(string list, string text) => AnyInList(list, [text]);

    /// <summary>Whether one of several texts matches a list, and none of them is left out by it.</summary>
    public static bool AnyInList(string list, ImmutableArray<string> texts) =>
        Any(list, pattern => texts.Any(text => Matches(pattern, text)));

    /// <summary>Whether an address matches a list, in which networks may stand too.</summary>
    public static bool AddressInList(string list, string address)
    {
        bool known = Address.TryParse(address, out Address parsed);
        return Any(list, pattern => known && Prefix.TryParseLenient(pattern, out Prefix network, out _) ? network.Contains(parsed) : Matches(pattern, address));
    }

    /// <summary>The patterns of a list, without those that leave out.</summary>
    public static IEnumerable<string> Positive(string list) =>
        list.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Where(static pattern => pattern[0] != '!');

    /// <summary>Some text that a pattern matches.</summary>
    public static string Example(string pattern) => pattern.Replace("*", "1", StringComparison.Ordinal).Replace('?', '1');

    /// <summary>Whether a text matches one pattern. Takes at most text × pattern steps.</summary>
    public static bool Matches(ReadOnlySpan<char> pattern, ReadOnlySpan<char> text)
    {
        int p = 0, t = 0, star = -1, from = 0;
        while (t < text.Length)
        {
            if (p < pattern.Length && pattern[p] == '*')
            {
                star = p++;
                from = t;
            }
            else if (p < pattern.Length && (pattern[p] == '?' || pattern[p] == text[t]))
            {
                p++;
                t++;
            }
            else if (star >= 0)
            {
                p = star + 1;
                t = ++from;
            }
            else
            {
                return false;
            }
        }

        return pattern[p..].Trim('*').IsEmpty;
    }

    private static bool Any(string list, Func<string, bool> matches)
    {
        bool found = false;
        foreach (string pattern in list.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Take(1000))
        {
            bool leavesOut = pattern[0] == '!';
            if (matches(leavesOut ? pattern[1..] : pattern))
            {
                if (leavesOut)
                {
                    return false;
                }

                found = true;
            }
        }

        return found;
    }
}
