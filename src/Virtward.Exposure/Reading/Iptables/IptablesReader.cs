using System.Collections.Immutable;
using Virtward.Core.Results;
using Virtward.Exposure.Reading.Ipsets;
using Virtward.Exposure.Rulesets;

namespace Virtward.Exposure.Reading.Iptables;

/// <summary>
/// Reads what <c>iptables-save</c> and <c>ip6tables-save</c> print, in their -nft and -legacy variants, with and without counters. What it
/// cannot interpret becomes opaque, with a note. A rule that is an "or" becomes two with one number and one text; no packet matches both.
/// </summary>
public static class IptablesReader
{
    /// <summary>A comment and a log prefix may hold a line break; both are shorter than this (linux/netfilter/xt_comment.h).</summary>
    private const int LongestQuoted = 300;

    /// <summary>The tables of a text.</summary>
    /// <param name="text">The text; empty is no table.</param>
    /// <param name="v6">Whether it is <c>ip6tables-save</c>'s.</param>
    /// <param name="origin">Which engine runs the tables.</param>
    public static Result<ImmutableArray<Table>> Read(string text, bool v6, TableOrigin origin) =>
        Read(text, v6, origin, null).TryGet(out Ruleset? ruleset, out Problem? problem) ? ruleset.Tables : problem;

    /// <summary>The tables of a text, and notes on what became opaque.</summary>
    /// <param name="text">The text; empty is no table.</param>
    /// <param name="v6">Whether it is <c>ip6tables-save</c>'s.</param>
    /// <param name="origin">Which engine runs the tables.</param>
    /// <param name="ipsets">The sets of <c>ipset save</c>; null where it is not there, so that <c>-m set</c> stays opaque.</param>
    public static Result<Ruleset> Read(string text, bool v6, TableOrigin origin, ImmutableDictionary<string, Ipset>? ipsets)
    {
        string source = v6 ? "ip6tables-save" : "iptables-save";
        var notes = new List<Problem>();
        var tables = new List<TableBuilder>();
        TableBuilder? table = null;
        bool skipping = false;
        int stray = 0;
        int number = 0;
        int at = 0;
        while (at < text.Length)
        {
            number++;
            int first = number;
            ReadOnlySpan<char> line = Line(text, ref at, ref number);
            if (line.IsEmpty || line[0] == '#')
            {
                continue;
            }

            if (line[0] == '*')
            {
                string name = line[1..].Trim().ToString();
                skipping = !BuiltInChains.IsTable(name);
                table = skipping ? null : tables.Find(t => t.Name == name);
                if (table is null)
                {
                    table = new TableBuilder(name, v6, origin, source, ipsets, notes);
                    if (skipping)
                    {
                        table.Note(first, $"'{name}' is no table of iptables: what it holds is left out");
                    }
                    else
                    {
                        tables.Add(table);
                    }
                }
            }
            else if (table is null)
            {
                stray = stray == 0 ? first : stray;
            }
            else if (line.SequenceEqual("COMMIT"))
            {
                table = null;
            }
            else if (!skipping)
            {
                ReadLine(table, line, first);
            }
        }

        if (table is not null && !skipping)
        {
            table.Note(number, $"the text ends inside the table '{table.Name}': the rest is missing");
        }

        if (stray > 0)
        {
            var problem = new Problem("no line of iptables-save's, whose tables begin with '*' and end with 'COMMIT'", source)
            {
                Line = stray,
            };
            if (tables.Count == 0)
            {
                return problem;
            }

            notes.Add(problem);
        }

        HashSet<string> filled = [.. tables.SelectMany(t => t.Filled)];
        return new Ruleset([.. tables.Select(t => t.Build(filled))], [.. notes]);
    }

    private static void ReadLine(TableBuilder table, ReadOnlySpan<char> line, int number)
    {
        if (line[0] == ':')
        {
            // ":INPUT DROP [0:0]", ":mine - [0:0]".
            int space = line.IndexOf(' ');
            string name = (space < 0 ? line[1..] : line[1..space]).ToString();
            ReadOnlySpan<char> policy = space < 0 ? [] : line[(space + 1)..].TrimStart();
            ChainBuilder chain = table.Chain(name);
            chain.Base = table.Place(name, policy.StartsWith("DROP"));
            if (policy.IsEmpty || (chain.Base is null) != (policy[0] == '-'))
            {
                table.Note(number, $"'{line}' is no chain that the table can have");
            }

            return;
        }

        // "[packets:bytes] " before the rule, with -c.
        if (line[0] == '[' && line.IndexOf("] ") is > 0 and int end)
        {
            line = line[(end + 2)..].TrimStart();
        }

        RuleReader.Read(table, line.ToString(), number);
    }

    /// <summary>The next line, joined with those that a line break in quotes goes on in.</summary>
    private static ReadOnlySpan<char> Line(string text, ref int at, ref int number)
    {
        int start = at;
        int end = EndOfLine(text, start);
        if (Words.EndsInQuotes(text.AsSpan(start, end - start)))
        {
            ReadOnlySpan<char> rest = text.AsSpan(end, Math.Min(LongestQuoted, text.Length - end));
            int quote = rest.IndexOf('"');
            if (quote >= 0)
            {
                number += rest[..quote].Count('\n');
                end = EndOfLine(text, end + quote);
            }
        }

        at = end + 1;
        return text.AsSpan(start, end - start).Trim();
    }

    private static int EndOfLine(string text, int from)
    {
        int end = text.IndexOf('\n', from);
        return end < 0 ? text.Length : end;
    }
}
