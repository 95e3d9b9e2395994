using Virtward.Exposure.Packets;
using Virtward.Exposure.Reading.Symbols;
using Virtward.Exposure.Rulesets.Expressions;
using Virtward.Exposure.Rulesets.Sets;
using Virtward.Exposure.Rulesets.Statements;

namespace Virtward.Exposure.Reading.Iptables;

/// <summary>Matches on connection tracking.</summary>
internal static class FlowMatches
{
    // The two states of packets that connection tracking knows no flow of.
    private const ulong NoFlow = 1 | 64;

    public static void State(RuleBuilder rule, OptionGroup match)
    {
        foreach (Option option in match.Options)
        {
            if (option.Name == "state" && TryStates(option.Value, out ulong states, out ulong statuses) && statuses == 0)
            {
                rule.Add(States(option.Negated, states));
            }
            else
            {
                rule.Opaque(option.ToString());
            }
        }
    }

    public static void Conntrack(RuleBuilder rule, OptionGroup match)
    {
        Option? first = match.Find("ctstate");
        if (first is not null)
        {
            if (!TryStates(first.Value, out ulong states, out ulong statuses))
            {
                rule.Opaque($"-m {match}");
                return;
            }

            // A packet without a flow is judged by its state alone: xt_conntrack asks for nothing else then.
            bool withoutFlow = first.Negated ? (states & NoFlow) != NoFlow : (states & NoFlow) != 0;
            if (match.Options.Count > 1 && withoutFlow)
            {
                ReadWithoutFlow(rule, match, first.Negated, states, statuses);
                return;
            }

            if (!ReadStates(rule, first.Negated, states, statuses))
            {
                rule.Opaque($"-m {match}");
                return;
            }
        }

        foreach (Option option in match.Options)
        {
            if (option != first && !ReadConntrack(rule, option))
            {
                rule.Opaque(option.ToString());
            }
        }
    }

    public static void ConnMark(RuleBuilder rule, OptionGroup match)
    {
        foreach (Option option in match.Options)
        {
            if (option.Name == "mark" && Numbers.TryMasked(option.Value, uint.MaxValue, out ulong value, out ulong mask))
            {
                Expression mark = Make.Field(PacketField.CtMark);
                rule.Equal(mask == uint.MaxValue ? mark : Make.And(mark, mask), option.Negated, Make.Number(value));
            }
            else
            {
                rule.Opaque(option.ToString());
            }
        }
    }

    public static void ConnBytes(RuleBuilder rule, OptionGroup match)
    {
        Option? range = match.Find("connbytes");
        PacketField? field = match.Find("connbytes-mode")?.Value switch
        {
            "packets" => PacketField.CtPackets,
            "bytes" => PacketField.CtBytes,
            "avgpkt" => PacketField.CtAveragePacket,
            _ => null,
        };
        if (range is not null && field is not null && match.Find("connbytes-dir")?.Value == "both"
            && Numbers.TryRange(range.Value, ulong.MaxValue, out ValueRange values))
        {
            rule.Equal(field.Value, range.Negated, Make.Range(values));
        }
        else
        {
            rule.Opaque($"-m {match}");
        }
    }

    public static void Helper(RuleBuilder rule, OptionGroup match)
    {
        foreach (Option option in match.Options)
        {
            // Turned around it also matches flows without a helper, which have no such field.
            if (option.Name == "helper" && !option.Negated && option.Value.Length > 0)
            {
                rule.Equal(PacketField.CtHelper, false, Make.Number(InterfaceName.ToValue(option.Value)));
            }
            else
            {
                rule.Opaque(option.ToString());
            }
        }
    }

    /// <summary>Packets of those states without a flow; or with one, and all the other conditions.</summary>
    private static void ReadWithoutFlow(RuleBuilder rule, OptionGroup match, bool negated, ulong states, ulong statuses)
    {
        var others = new RuleBuilder(rule.Table, rule.Chain, 0);
        others.Add(States(negated, states));
        others.Add(States(true, NoFlow));
        bool understood = statuses == 0 && match.Options.TrueForAll(o => o.Name == "ctstate" || ReadConntrack(others, o));
        if (!understood || !rule.Either([States(false, negated ? NoFlow & ~states : NoFlow & states)], others.Statements))
        {
            rule.Opaque($"-m {match}");
        }
    }

    private static bool ReadStates(RuleBuilder rule, bool negated, ulong states, ulong statuses)
    {
        var status = new MatchStatement(Make.Field(PacketField.CtStatus), negated ? MatchOperator.NoBit : MatchOperator.AnyBit, Make.Number(statuses));
        if (statuses == 0)
        {
            rule.Add(States(negated, states));
            return true;
        }

        if (negated)
        {
            // Packets without a flow have no status, and so not these.
            ulong without = NoFlow & ~states;
            return rule.Either([States(false, without)], [States(true, states | NoFlow), status]);
        }

        if (states == 0)
        {
            rule.Add(status);
            return true;
        }

        return rule.Either([States(false, states)], [States(true, states), status]);
    }

    private static MatchStatement States(bool negated, ulong states) =>
        new(Make.Field(PacketField.CtState), negated ? MatchOperator.NoBit : MatchOperator.AnyBit, Make.Number(states));

    private static bool TryStates(string text, out ulong states, out ulong statuses)
    {
        (states, statuses) = (0, 0);
        foreach (string name in text.Split(','))
        {
            switch (name)
            {
                case "SNAT":
                    statuses |= 16;
                    break;
                case "DNAT":
                    statuses |= 32;
                    break;
                default:
                    if (!SymbolTable.TryGet(DataType.CtState, name.ToLowerInvariant(), out UInt128 bit))
                    {
                        return false;
                    }

                    states |= (ulong)bit;
                    break;
            }
        }

        return true;
    }

    private static bool ReadConntrack(RuleBuilder rule, Option option)
    {
        switch (option.Name)
        {
            case "ctproto" when ValueText.TrySingle(DataType.InetProtocol, option.Value.ToLowerInvariant(), out UInt128 protocol):
                rule.Equal(PacketField.CtProtocol, option.Negated, Make.Number(protocol));
                return true;
            case "ctorigsrc":
                return rule.Address(new CtTupleExpression(true, rule.Source), option.Negated, option.Value);
            case "ctorigdst":
                return rule.Address(new CtTupleExpression(true, rule.Destination), option.Negated, option.Value);
            case "ctreplsrc":
                return rule.Address(new CtTupleExpression(false, rule.Source), option.Negated, option.Value);
            case "ctrepldst":
                return rule.Address(new CtTupleExpression(false, rule.Destination), option.Negated, option.Value);
            case "ctorigsrcport":
                return Port(rule, option, true, PacketField.ThSport);
            case "ctorigdstport":
                return Port(rule, option, true, PacketField.ThDport);
            case "ctreplsrcport":
                return Port(rule, option, false, PacketField.ThSport);
            case "ctrepldstport":
                return Port(rule, option, false, PacketField.ThDport);
            case "ctexpire" when Numbers.TryRange(option.Value, uint.MaxValue, out ValueRange seconds):
                rule.Equal(PacketField.CtExpiration, option.Negated, Make.Range(seconds));
                return true;
            case "ctdir" when option.Value is "ORIGINAL" or "REPLY":
                rule.Equal(PacketField.CtDirection, option.Negated, Make.Number(option.Value == "REPLY" ? 1u : 0u));
                return true;
            case "ctstatus":
                return Status(rule, option);
            default:
                return false;
        }
    }

    private static bool Port(RuleBuilder rule, Option option, bool original, PacketField field)
    {
        bool ok = Numbers.TryPorts(option.Value, out ValueRange ports);
        if (ok)
        {
            rule.Equal(new CtTupleExpression(original, field), option.Negated, Make.Range(ports));
        }

        return ok;
    }

    private static bool Status(RuleBuilder rule, Option option)
    {
        ulong bits = 0;
        foreach (string name in option.Value.Split(','))
        {
            ulong? bit = name switch { "NONE" => 0, "EXPECTED" => 1, "SEEN_REPLY" => 2, "ASSURED" => 4, "CONFIRMED" => 8, _ => null };
            if (bit is null)
            {
                return false;
            }

            bits |= bit.Value;
        }

        rule.Match(Make.Field(PacketField.CtStatus), option.Negated ? MatchOperator.NoBit : MatchOperator.AnyBit, Make.Number(bits));
        return true;
    }
}
