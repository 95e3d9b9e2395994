using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Virtward.Core.Results;
using Virtward.Core.Snapshots;
using Virtward.Exposure.Reading.NftText;
using Virtward.Exposure.Rulesets;

namespace Virtward.Hardening.Inventory.Firewall;

/// <summary>The file that nftables.service loads, and what can be said of it without loading it.</summary>
/// <param name="File">The file.</param>
public sealed partial record NftablesFile(ConfigFile File)
{
    // Debian's, then RHEL's.
    private static readonly ImmutableArray<string> Paths = ["/etc/nftables.conf", "/etc/sysconfig/nftables.conf"];

    /// <summary>Its lines that name an interface by its number (<c>iif</c>, <c>oif</c>): they can only be loaded while the interface exists.</summary>
    public IEnumerable<(int Line, string Device, string Text)> ByIndex()
    {
        int number = 0;
        foreach (string line in File.Lines)
        {
            number++;
            string rule = Comment().Replace(line, "");
            foreach (Match match in Index().Matches(Fib().Replace(rule, "")))
            {
                foreach (string name in match.Groups[1].Value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
                {
                    yield return (number, name.Trim('"'), line.Trim());
                }
            }
        }
    }

    /// <summary>The files that it includes, as it writes them.</summary>
    public IEnumerable<string> Includes() => Include().Matches(Uncommented).Select(static match => match.Groups[1].Value);

    /// <summary>Whether it makes a table of this name.</summary>
    public bool Makes(Virtward.Exposure.Rulesets.Family family, string table) => Table().Matches(Uncommented)
        .Any(match => match.Groups[2].Value == table && match.Groups[1].Value == FamilyWord(family));

    /// <summary>
    /// Its rules; a problem where it holds what only nft itself resolves: includes, variables, or commands (<c>add rule</c>) beside the tables.
    /// </summary>
    public Result<Ruleset> Rules()
    {
        string text = Uncommented;
        if (Include().IsMatch(text) || Define().IsMatch(text))
        {
            return new Problem("it has includes or variables, which only nft resolves", File.Path);
        }

        if (Verb().IsMatch(text))
        {
            return new Problem("it is made of commands, which only nft carries out", File.Path);
        }

        return NftTextReader.Read(Preamble().Replace(text, ""));
    }

    /// <summary>The path of the file that is there; null: none.</summary>
    public static string? Path(Snapshot snapshot) => Paths.FirstOrDefault(path => snapshot.Config(path) is not null);

    /// <summary>Finds it; null: none.</summary>
    public static NftablesFile? Read(Snapshot snapshot) =>
        Path(snapshot) is string path ? new NftablesFile(new ConfigFile(path, snapshot.Config(path)!)) : null;

    /// <summary>The family as nft writes it.</summary>
    public static string FamilyWord(Virtward.Exposure.Rulesets.Family family) => Virtward.Exposure.Answers.TraceJson.Word(family);

    private string Uncommented => string.Join('\n', File.Lines.Select(static line => Comment().Replace(line, "")));

    [GeneratedRegex(@"^\s*#.*$|\s#[^""]*$", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Comment();

    [GeneratedRegex(@"\b(?:iif|oif)\s+(?:!=\s*|==\s*)?\{?\s*((?:""?[A-Za-z0-9_.@-]+""?\s*,\s*)*""?[A-Za-z0-9_.@-]+""?)", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Index();

    // There iif and oif are what is looked up, no interface's number.
    [GeneratedRegex(@"\bfib\s+[a-z. ]+\s(?:oif|oifname|type)\b", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Fib();

    [GeneratedRegex(@"^\s*include\s+""?([^""\n]+)""?", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking | RegexOptions.Multiline)]
    private static partial Regex Include();

    [GeneratedRegex(@"^\s*(?:define|redefine|undefine)\s|\$[A-Za-z_]", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking | RegexOptions.Multiline)]
    private static partial Regex Define();

    [GeneratedRegex(@"^\s*(?:add|insert|create|replace|delete|rename)\s", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking | RegexOptions.Multiline)]
    private static partial Regex Verb();

    // What a file does before it makes its tables, and says nothing of what they hold.
    [GeneratedRegex(@"^\s*(?:flush ruleset\b.*|(?:destroy|flush) table .*|(?:add )?table [a-z0-9]+ [A-Za-z0-9_.-]+\s*;?\s*)$", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking | RegexOptions.Multiline)]
    private static partial Regex Preamble();

    [GeneratedRegex(@"\btable\s+(?:(ip|ip6|inet|arp|bridge|netdev)\s+)?([A-Za-z0-9_.-]+)", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Table();
}
