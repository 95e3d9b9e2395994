using Virtward.Exposure.Packets;
using Virtward.Exposure.Reading.Symbols;
using Virtward.Exposure.Rulesets.Expressions;
using Virtward.Exposure.Rulesets.Sets;
using Virtward.Exposure.Rulesets.Statements;

namespace Virtward.Exposure.Reading.Iptables;

/// <summary>Matches on other header fields, options and extension headers.</summary>
internal static class HeaderMatches
{
    public static void Ah(RuleBuilder rule, OptionGroup match) => Spi(rule, match, "ahspi", PacketField.AhSpi);

    public static void Esp(RuleBuilder rule, OptionGroup match) => Spi(rule, match, "espspi", PacketField.EspSpi);

    public static void IpComp(RuleBuilder rule, OptionGroup match) => Spi(rule, match, "ipcompspi", PacketField.CompCpi);

    public static void TcpMss(RuleBuilder rule, OptionGroup match)
    {
        foreach (Option option in match.Options)
        {
            if (option.Name != "mss" || !Numbers.TryRange(option.Value, ushort.MaxValue, out ValueRange range))
            {
                rule.Opaque(option.ToString());
                continue;
            }

            var size = new HeaderExpression("tcp option maxseg size", false, 16);
            if (!option.Negated)
            {
                rule.Equal(size, false, Make.Range(range));
            }
            else if (!rule.Either(
                [new MatchStatement(new HeaderExpression("tcp option maxseg", true, 1), MatchOperator.Equal, Make.Number(0))],
                [new MatchStatement(size, MatchOperator.NotEqual, Make.Range(range))]))
            {
                // Segments without the option match too.
                rule.Opaque(option.ToString());
            }
        }
    }

    public static void Ecn(RuleBuilder rule, OptionGroup match)
    {
        foreach (Option option in match.Options)
        {
            switch (option.Name)
            {
                case "ecn-tcp-cwr":
                    rule.Match(Make.Field(PacketField.TcpFlags), option.Negated ? MatchOperator.NoBit : MatchOperator.AnyBit, Make.Number(0x80));
                    break;
                case "ecn-tcp-ece":
                    rule.Match(Make.Field(PacketField.TcpFlags), option.Negated ? MatchOperator.NoBit : MatchOperator.AnyBit, Make.Number(0x40));
                    break;
                case "ecn-ip-ect" when Numbers.TryRead(option.Value, 3, out ulong value):
                    rule.Equal(rule.V6 ? PacketField.Ip6Ecn : PacketField.IpEcn, option.Negated, Make.Number(value));
                    break;
                default:
                    rule.Opaque(option.ToString());
                    break;
            }
        }
    }

    public static void Tos(RuleBuilder rule, OptionGroup match)
    {
        foreach (Option option in match.Options)
        {
            if (option.Name != "tos" || !Numbers.TryMasked(option.Value, 255, out ulong value, out ulong mask))
            {
                rule.Opaque(option.ToString());
            }
            else
            {
                rule.Equal(mask == 255 ? TypeOfService(rule.V6) : Make.And(TypeOfService(rule.V6), mask), option.Negated, Make.Number(value));
            }
        }
    }

    /// <summary>The eight bits of IPv4's type of service, or IPv6's traffic class.</summary>
    public static Expression TypeOfService(bool v6) => new RawPayloadExpression(PayloadBase.Network, v6 ? 4 : 8, 8);

    public static void Dscp(RuleBuilder rule, OptionGroup match)
    {
        foreach (Option option in match.Options)
        {
            if (option.Name is "dscp" or "dscp-class" && ValueText.TrySingle(DataType.Dscp, option.Value.ToLowerInvariant(), out UInt128 value) && value < 64)
            {
                rule.Equal(rule.V6 ? PacketField.Ip6Dscp : PacketField.IpDscp, option.Negated, Make.Number(value));
            }
            else
            {
                rule.Opaque(option.ToString());
            }
        }
    }

    public static void Ttl(RuleBuilder rule, OptionGroup match) => Hops(rule, match, "ttl", PacketField.IpTtl);

    public static void HopLimit(RuleBuilder rule, OptionGroup match) => Hops(rule, match, "hl", PacketField.Ip6HopLimit);

    public static void Length(RuleBuilder rule, OptionGroup match) => Ranges(rule, match, "length", Make.Field(PacketField.MetaLength), ushort.MaxValue);

    public static void Mac(RuleBuilder rule, OptionGroup match)
    {
        foreach (Option option in match.Options)
        {
            if (option.Name == "mac-source" && ValueText.TrySingle(DataType.EtherAddress, option.Value, out UInt128 address))
            {
                rule.Equal(PacketField.EtherSaddr, option.Negated, Make.Number(address));
            }
            else
            {
                rule.Opaque(option.ToString());
            }
        }
    }

    public static void Fragment(RuleBuilder rule, OptionGroup match)
    {
        Exists(rule, "exthdr frag");
        foreach (Option option in match.Options)
        {
            var more = new HeaderExpression("frag more-fragments", false, 1);
            var offset = new HeaderExpression("frag frag-off", false, 13);
            switch (option.Name)
            {
                case "fragid" when Numbers.TryRange(option.Value, uint.MaxValue, out ValueRange range):
                    rule.Equal(new HeaderExpression("frag id", false, 32), option.Negated, Make.Range(range));
                    break;
                case "fragfirst" when !option.Negated:
                    rule.Equal(offset, false, Make.Number(0));
                    break;
                case "fragmore" when !option.Negated:
                    rule.Equal(more, false, Make.Number(1));
                    break;
                case "fraglast" when !option.Negated:
                    rule.Equal(more, false, Make.Number(0));
                    break;
                default:
                    rule.Opaque(option.ToString());
                    break;
            }
        }
    }

    public static void Options(RuleBuilder rule, OptionGroup match)
    {
        string header = match.Name == "hbh" ? "hbh" : "dst";
        Exists(rule, $"exthdr {header}");
        foreach (Option option in match.Options)
        {
            // The length of the header in units of eight bytes after the first eight (RFC 8200); the option counts bytes of all.
            if (option.Name == $"{header}-len" && Numbers.TryRead(option.Value, 2048, out ulong bytes) && bytes >= 8 && bytes % 8 == 0)
            {
                rule.Equal(new HeaderExpression($"{header} hdrlength", false, 8), option.Negated, Make.Number((bytes / 8) - 1));
            }
            else
            {
                rule.Opaque(option.ToString());
            }
        }
    }

    public static void Routing(RuleBuilder rule, OptionGroup match)
    {
        Exists(rule, "exthdr rt");
        foreach (Option option in match.Options)
        {
            switch (option.Name)
            {
                case "rt-type" when Numbers.TryRead(option.Value, 255, out ulong type):
                    rule.Equal(new HeaderExpression("rt type", false, 8), option.Negated, Make.Number(type));
                    break;
                case "rt-segsleft" when Numbers.TryRange(option.Value, uint.MaxValue, out ValueRange range):
                    rule.Equal(new HeaderExpression("rt seg-left", false, 8), option.Negated, Make.Range(range));
                    break;
                default:
                    rule.Opaque(option.ToString());
                    break;
            }
        }
    }

    public static void Mobility(RuleBuilder rule, OptionGroup match) => Ranges(rule, match, "mh-type", new HeaderExpression("mh type", false, 8), 255);

    private static void Exists(RuleBuilder rule, string header) => rule.Equal(new HeaderExpression(header, true, 1), false, Make.Number(1));

    private static void Spi(RuleBuilder rule, OptionGroup match, string name, PacketField field) =>
        Ranges(rule, match, name, Make.Field(field), uint.MaxValue);

    private static void Ranges(RuleBuilder rule, OptionGroup match, string name, Expression field, ulong highest)
    {
        foreach (Option option in match.Options)
        {
            if (option.Name == name && Numbers.TryRange(option.Value, highest, out ValueRange range))
            {
                rule.Equal(field, option.Negated, Make.Range(range));
            }
            else
            {
                rule.Opaque(option.ToString());
            }
        }
    }

    private static void Hops(RuleBuilder rule, OptionGroup match, string name, PacketField field)
    {
        foreach (Option option in match.Options)
        {
            if (!Numbers.TryRead(option.Value, 255, out ulong value) || !option.Name.StartsWith(name, StringComparison.Ordinal))
            {
                rule.Opaque(option.ToString());
                continue;
            }

            MatchOperator? op = option.Name[name.Length..] switch
            {
                "" or "-eq" => option.Negated ? MatchOperator.NotEqual : MatchOperator.Equal,
                "-lt" when !option.Negated => MatchOperator.Less,
                "-gt" when !option.Negated => MatchOperator.Greater,
                _ => null,
            };
            if (op is null)
            {
                rule.Opaque(option.ToString());
            }
            else
            {
                rule.Match(Make.Field(field), op.Value, Make.Number(value));
            }
        }
    }
}
