using System.Text;
using Virtward.Core.Net;
using Virtward.Guard.Filters;
using Virtward.Guard.Filters.Rules;
using Virtward.Guard.Sightings;
using Xunit;

namespace Virtward.Tests.Guard.Filters.BuiltIn;

/// <summary>
/// The attacker's oldest trick, on every built-in filter and every line of its corpus that holds a name: the name becomes a piece of
/// another line, with a victim's address in it. Whatever the filter makes of that, the victim is never its address.
/// </summary>
public sealed class ForgedNameTests
{
    private const string Victim = "198.51.100.250";

    private static readonly string[] Names = ["admin", "root", "alice", "mallory", "info@example.org", "bob"];

    /// <summary>The filters whose corpus holds names: not those of packets.</summary>
    public static TheoryData<string> Filters =>
        [.. FilterLibrary.Names.Where(f => Cases(f).Any(c => Names.Any(n => c.Line.Contains(n, StringComparison.Ordinal))))];

    [Theory]
    [MemberData(nameof(Filters))]
    public void A_name_that_holds_another_line_names_nobody_else(string filter)
    {
        CorpusCase[] cases = Cases(filter);
        string[] pieces = [.. cases.SelectMany(Pieces).Distinct()];
        var wrong = new List<string>();
        int tried = 0;
        foreach (IGrouping<string?, CorpusCase> mode in cases.GroupBy(c => c.Mode))
        {
            RuleFilter rules = Lines.BuiltIn(filter, mode.Key);
            foreach (CorpusCase line in mode)
            {
                if (HoldsOnlyNamesThatExist(line))
                {
                    continue;
                }

                foreach (string forged in pieces.SelectMany(piece => Forge(filter, line.Line, piece)))
                {
                    tried++;
                    if (NamesTheVictim(rules, forged))
                    {
                        wrong.Add(forged);
                    }
                }
            }
        }

        Assert.True(tried > 100, $"only {tried} lines forged");
        Assert.True(wrong.Count == 0, $"{wrong.Count} lines, such as\n{string.Join('\n', wrong.Take(10))}");
    }

    private static CorpusCase[] Cases(string filter) =>
        [.. CorpusReader.Files().SelectMany(CorpusReader.Read).Where(c => c.Filter == filter && c.Journal.IsEmpty)];

    /// <summary>A line's ends and beginnings, cut at each space, with its address made the victim's.</summary>
    private static IEnumerable<string> Pieces(CorpusCase line)
    {
        if (!Address.TryParse(line.Verdict, out _) || !line.Line.Contains(line.Verdict, StringComparison.Ordinal))
        {
            yield break;
        }

        string forged = line.Line.Replace(line.Verdict, Victim, StringComparison.Ordinal);
        for (int at = forged.IndexOf(' ', StringComparison.Ordinal); at >= 0; at = forged.IndexOf(' ', at + 1))
        {
            yield return "x" + forged[at..];
            yield return "x" + forged[at..] + " y";
            yield return forged[(at + 1)..];
            yield return forged[..at];
        }

        foreach (string name in Names.Where(n => forged.Contains(n, StringComparison.Ordinal)))
        {
            // What stands right behind the name, quotes and brackets included.
            yield return "x" + forged[(forged.IndexOf(name, StringComparison.Ordinal) + name.Length)..];
        }
    }

    /// <summary>The line with its name replaced, wherever it stands, by what the program would let the peer put there.</summary>
    private static IEnumerable<string> Forge(string filter, string line, string piece)
    {
        string name = filter switch
        {
            // RFC 7617 section 2: the browser's text is cut at its first colon.
            "nginx" or "apache" => piece.Split(':')[0],

            // OpenVPN ssl_verify.c, COMMON_NAME_CHAR_CLASS: all else becomes an underscore.
            "openvpn" or "openvpn-log" => string.Concat(piece.Select(c => char.IsAsciiLetterOrDigit(c) || "_-.@/".Contains(c) ? c : '_')),
            _ => piece,
        };
        return Names.Where(line.Contains).Select(n => Replace(line, n, name));
    }

    /// <summary>
    /// Replaces a name everywhere but in PAM's <c>logname=</c>, which is who is logged in here (getlogin(3)), not the peer's word.
    /// </summary>
    private static string Replace(string line, string name, string by) =>
        line.Replace("logname=" + name, "logname=\0", StringComparison.Ordinal)
            .Replace(name, by, StringComparison.Ordinal)
            .Replace("logname=\0", "logname=" + name, StringComparison.Ordinal);

    /// <summary>Lines of logins that succeeded, and of sudo and su: no peer chose the name of such an account.</summary>
    private static bool HoldsOnlyNamesThatExist(CorpusCase line) =>
        line.Expected.GetValueOrDefault("kind") == "success"
        || line.Line.Contains(" sudo[", StringComparison.Ordinal) || line.Line.Contains(" su[", StringComparison.Ordinal);

    private static bool NamesTheVictim(RuleFilter filter, string line)
    {
        Seen? seen = filter.See(Encoding.UTF8.GetBytes(line));
        return seen is { Kind: not SightingKind.Ignored } && seen.Address == Address.Parse(Victim);
    }
}
