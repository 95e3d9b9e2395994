using Virtward.Exposure.Packets;
using Virtward.Exposure.Reading.Symbols;
using Virtward.Exposure.Rulesets;
using Virtward.Exposure.Rulesets.Sets;
using Virtward.Exposure.Rulesets.Statements;

namespace Virtward.Exposure.Reading.Iptables;

/// <summary>Reads one rule, <c>-A INPUT -s … -p … -m … -j …</c> (iptables(8), "Parameters").</summary>
internal static class RuleReader
{
    /// <summary>Reads the rule and appends it to its chain.</summary>
    public static void Read(TableBuilder table, string text, int line)
    {
        List<Word> words = Words.Split(text);
        int at = words.FindIndex(w => !w.Quoted && w.Text is "-A" or "--append");
        if (at < 0 || at + 1 >= words.Count || words[0].Text is not ("-A" or "--append" or "-4" or "-6"))
        {
            table.Note(line, $"'{text}' is no rule of a saved table");
            return;
        }

        string name = words[at + 1].Text;
        if (!table.HasChain(name))
        {
            table.Note(line, $"the chain '{name}' is not declared before its first rule");
        }

        ChainBuilder chain = table.Chain(name);
        var rule = new RuleBuilder(table, chain, line);
        OptionGroup? target = null;
        var groups = new List<OptionGroup>();
        OptionGroup? group = null;
        bool negated = false;
        for (at += 2; at < words.Count; at++)
        {
            Word word = words[at];
            if (word.IsNot)
            {
                negated = true;
                continue;
            }

            string value = at + 1 < words.Count ? words[at + 1].Text : "";
            switch (word.Quoted ? "" : word.Text)
            {
                case "-s" or "--source" or "--src":
                    ReadAddress(rule, rule.Source, negated, value);
                    (group, at) = (null, at + 1);
                    break;
                case "-d" or "--destination" or "--dst":
                    ReadAddress(rule, rule.Destination, negated, value);
                    (group, at) = (null, at + 1);
                    break;
                case "-i" or "--in-interface":
                    ReadInterface(rule, PacketField.MetaIifName, negated, value);
                    (group, at) = (null, at + 1);
                    break;
                case "-o" or "--out-interface":
                    ReadInterface(rule, PacketField.MetaOifName, negated, value);
                    (group, at) = (null, at + 1);
                    break;
                case "-p" or "--protocol" or "--proto" when target is null && group is not { Name: "policy" }:
                case "-p":
                    ReadProtocol(rule, negated, value);
                    (group, at) = (null, at + 1);
                    break;
                case "-f" or "--fragment":
                    // The offset of a fragment is the lower 13 bits (RFC 791); the first fragment has none.
                    rule.Equal(Make.And(Make.Field(PacketField.IpFragOff), 0x1fff), !negated, Make.Number(0));
                    group = null;
                    break;
                case "-m" or "--match":
                    group = new OptionGroup(value, negated);
                    groups.Add(group);
                    at++;
                    break;
                case "-j" or "--jump" or "-g" or "--goto":
                    group = target = new OptionGroup(value, word.Text is "-g" or "--goto");
                    at++;
                    break;
                case "-c" or "--set-counters":
                    at += 2;
                    break;
                case "-4" or "-6":
                    break;
                default:
                    if (word.IsOption && word.Text.StartsWith("--", StringComparison.Ordinal))
                    {
                        if (group is null)
                        {
                            // iptables loads the protocol's match by itself: "-p tcp --dport 22".
                            group = new OptionGroup(ProtocolMatch(rule.Protocol), false);
                            groups.Add(group);
                        }

                        at = ReadOption(group, words, at, negated);
                    }
                    else
                    {
                        rule.Opaque(word.Text);
                    }

                    break;
            }

            negated = false;
        }

        foreach (OptionGroup match in groups)
        {
            MatchReader.Read(rule, match);
        }

        TargetReader.Read(rule, target);
        chain.Count++;
        foreach (List<Statement> statements in rule.Alternatives)
        {
            chain.Rules.Add(new Rule(chain.Count, text, [.. statements]));
        }
    }

    private static int ReadOption(OptionGroup group, List<Word> words, int at, bool negated)
    {
        string name = words[at].Text[2..];
        var values = new List<string>(1);
        int certain = name switch
        {
            "match-set" or "add-set" or "del-set" or "map-set" => 2,
            "comment" or "log-prefix" or "nflog-prefix" or "ulog-prefix" or "string" or "hex-string" or "name" or "hashlimit-name" or "nfacct-name"
                or "bytecode" or "helper" or "label" or "path" or "u32" or "selctx" or "genre" => 1,
            _ => 0,
        };
        while (at + 1 < words.Count && (values.Count < certain || !(words[at + 1].IsNot || words[at + 1].IsOption)))
        {
            values.Add(words[++at].Text);
        }

        group.Options.Add(new Option(name, negated, values));
        return at;
    }

    private static void ReadAddress(RuleBuilder rule, PacketField field, bool negated, string text)
    {
        if (!rule.Address(Make.Field(field), negated, text))
        {
            rule.Opaque($"{(negated ? "! " : "")}{(field == rule.Source ? "-s" : "-d")} {text}");
        }
    }

    private static void ReadInterface(RuleBuilder rule, PacketField field, bool negated, string text)
    {
        if (text == "+")
        {
            // Every interface; also none at all, as at input and output.
            if (negated)
            {
                rule.Never();
            }

            return;
        }

        rule.Equal(field, negated, Interface(text));
    }

    /// <summary>An interface's name, or all that begin so where it ends in <c>+</c>.</summary>
    public static Rulesets.Expressions.Expression Interface(string text) => text.EndsWith('+')
        ? Make.Range(InterfaceName.ToRange(text[..^1] + "*"))
        : Make.Number(InterfaceName.ToValue(text));

    private static void ReadProtocol(RuleBuilder rule, bool negated, string text)
    {
        if (text == "all")
        {
            return;
        }

        if (!ValueText.TrySingle(DataType.InetProtocol, text.ToLowerInvariant(), out UInt128 value) || value > 255)
        {
            rule.Opaque($"{(negated ? "! " : "")}-p {text}");
        }
        else if (value != 0)
        {
            rule.Protocol = negated ? 0 : (int)value;
            rule.Equal(PacketField.MetaL4Proto, negated, Make.Number(value));
        }
    }

    private static string ProtocolMatch(int protocol) => protocol switch
    {
        1 => "icmp",
        6 => "tcp",
        17 => "udp",
        33 => "dccp",
        50 => "esp",
        51 => "ah",
        58 => "icmp6",
        108 => "ipcomp",
        132 => "sctp",
        135 => "mh",
        136 => "udplite",
        _ => "",
    };
}
