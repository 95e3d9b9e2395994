using Virtward.Exposure.Packets;
using Virtward.Exposure.Reading.Symbols;
using Virtward.Exposure.Rulesets.Expressions;
using Virtward.Exposure.Rulesets.Sets;
using Virtward.Exposure.Rulesets.Statements;

namespace Virtward.Exposure.Reading.Iptables;

/// <summary>Matches on ports, TCP's flags, ICMP's types.</summary>
internal static class TransportMatches
{
    private static readonly ValueRange AnyPort = new(0, ushort.MaxValue);

    public static void Tcp(RuleBuilder rule, OptionGroup match)
    {
        foreach (Option option in match.Options)
        {
            if (Ports(rule, option, PacketField.TcpSport, PacketField.TcpDport))
            {
                continue;
            }

            switch (option.Name)
            {
                case "tcp-flags" when option.Values.Count == 2 && TryFlags(option.Values[0], out ulong mask) && TryFlags(option.Values[1], out ulong set):
                    Flags(rule, option.Negated, mask, set);
                    break;
                case "syn":
                    Flags(rule, option.Negated, 0x17, 0x02);
                    break;
                case "tcp-option" when Numbers.TryRead(option.Value, 255, out ulong kind):
                    rule.Equal(new HeaderExpression($"tcp option {kind}", true, 1), option.Negated, Make.Number(1));
                    break;
                default:
                    rule.Opaque(option.ToString());
                    break;
            }
        }
    }

    public static void Udp(RuleBuilder rule, OptionGroup match) => OnlyPorts(rule, match, PacketField.UdpSport, PacketField.UdpDport);

    public static void UdpLite(RuleBuilder rule, OptionGroup match) => OnlyPorts(rule, match, PacketField.UdpliteSport, PacketField.UdpliteDport);

    public static void Sctp(RuleBuilder rule, OptionGroup match) => OnlyPorts(rule, match, PacketField.SctpSport, PacketField.SctpDport);

    public static void Dccp(RuleBuilder rule, OptionGroup match)
    {
        foreach (Option option in match.Options)
        {
            if (Ports(rule, option, PacketField.DccpSport, PacketField.DccpDport))
            {
                continue;
            }

            var types = new List<ValueRange>();
            if (option.Name == "dccp-types" && Numbers.TryList(option.Value, 15, DataType.DccpType, types))
            {
                rule.Equal(PacketField.DccpType, option.Negated, Make.Ranges(types));
            }
            else
            {
                rule.Opaque(option.ToString());
            }
        }
    }

    public static void MultiPort(RuleBuilder rule, OptionGroup match)
    {
        foreach (Option option in match.Options)
        {
            var ports = new List<ValueRange>();
            foreach (string port in option.Value.Split(','))
            {
                if (!Numbers.TryPorts(port, out ValueRange range))
                {
                    ports.Clear();
                    break;
                }

                ports.Add(range);
            }

            switch (ports.Count == 0 ? "" : option.Name)
            {
                case "sports" or "source-ports":
                    rule.Equal(PacketField.ThSport, option.Negated, Make.Ranges(ports));
                    break;
                case "dports" or "destination-ports":
                    rule.Equal(PacketField.ThDport, option.Negated, Make.Ranges(ports));
                    break;
                case "ports":
                    // Either port: both side by side, one of them any.
                    rule.Equal(
                        Make.Concat(Make.Field(PacketField.ThSport), Make.Field(PacketField.ThDport)),
                        option.Negated,
                        Make.Tuples(2, ports.SelectMany<ValueRange, ValueRange>(p => [p, AnyPort, AnyPort, p])));
                    break;
                default:
                    rule.Opaque(option.ToString());
                    break;
            }
        }
    }

    public static void Icmp(RuleBuilder rule, OptionGroup match)
    {
        PacketField type = rule.V6 ? PacketField.Icmp6Type : PacketField.IcmpType;
        PacketField code = rule.V6 ? PacketField.Icmp6Code : PacketField.IcmpCode;
        foreach (Option option in match.Options)
        {
            // "8", "3/4", "any"; names are what people write.
            string text = option.Value;
            int slash = text.IndexOf('/', StringComparison.Ordinal);
            ulong codeValue = 0;
            if (option.Name is not ("icmp-type" or "icmpv6-type"))
            {
                rule.Opaque(option.ToString());
            }
            else if (!rule.V6 && text is "any" or "255")
            {
                rule.Match(Make.Field(type), option.Negated ? MatchOperator.Greater : MatchOperator.LessOrEqual, Make.Number(255));
            }
            else if (!ValueText.TrySingle(rule.V6 ? DataType.Icmp6Type : DataType.IcmpType, slash < 0 ? text : text.AsSpan(0, slash), out UInt128 typeValue)
                || typeValue > 255 || (slash >= 0 && !Numbers.TryRead(text.AsSpan(slash + 1), 255, out codeValue)))
            {
                rule.Opaque(option.ToString());
            }
            else if (slash < 0)
            {
                rule.Equal(type, option.Negated, Make.Number(typeValue));
            }
            else
            {
                rule.Equal(
                    Make.Concat(Make.Field(type), Make.Field(code)),
                    option.Negated,
                    Make.Tuples(2, [ValueRange.Single(typeValue), ValueRange.Single(codeValue)]));
            }
        }
    }

    private static void OnlyPorts(RuleBuilder rule, OptionGroup match, PacketField source, PacketField destination)
    {
        foreach (Option option in match.Options)
        {
            if (!Ports(rule, option, source, destination))
            {
                rule.Opaque(option.ToString());
            }
        }
    }

    private static bool Ports(RuleBuilder rule, Option option, PacketField source, PacketField destination)
    {
        PacketField? field = option.Name switch
        {
            "sport" or "source-port" => source,
            "dport" or "destination-port" => destination,
            _ => null,
        };
        if (field is null || !Numbers.TryPorts(option.Value, out ValueRange ports))
        {
            return false;
        }

        rule.Equal(field.Value, option.Negated, Make.Range(ports));
        return true;
    }

    private static void Flags(RuleBuilder rule, bool negated, ulong mask, ulong set) =>
        rule.Equal(Make.And(Make.Field(PacketField.TcpFlags), mask), negated, Make.Number(set));

    private static bool TryFlags(string text, out ulong flags)
    {
        flags = 0;
        if (Numbers.TryRead(text, 255, out flags))
        {
            return true;
        }

        foreach (string name in text.Split(','))
        {
            if (name == "ALL")
            {
                flags |= 0x3f;
            }
            else if (name != "NONE")
            {
                if (!SymbolTable.TryGet(DataType.TcpFlag, name.ToLowerInvariant(), out UInt128 flag))
                {
                    return false;
                }

                flags |= (ulong)flag;
            }
        }

        return true;
    }
}
