using Virtward.Exposure.Packets;
using Virtward.Exposure.Reading.Symbols;
using Virtward.Exposure.Rulesets.Expressions;
using Virtward.Exposure.Rulesets.Statements;

namespace Virtward.Exposure.Reading.Iptables;

/// <summary>Targets that change marks, header fields and how a packet is tracked.</summary>
internal static class MarkTargets
{
    private const ulong All = uint.MaxValue;

    public static bool Mark(RuleBuilder rule, OptionGroup target) =>
        target.Options is [Option option] && TryExchange(Make.Field(PacketField.MetaMark), option, out Expression? value)
        && Assign(rule, PacketField.MetaMark, value);

    public static bool ConnMark(RuleBuilder rule, OptionGroup target)
    {
        Expression packet = Make.Field(PacketField.MetaMark);
        Expression flow = Make.Field(PacketField.CtMark);
        if (target.Options is [Option option] && TryExchange(flow, option, out Expression? value))
        {
            return Assign(rule, PacketField.CtMark, value);
        }

        ulong packetMask = All;
        ulong flowMask = All;
        foreach (Option part in target.Options)
        {
            bool understood = part.Name switch
            {
                "save-mark" or "restore-mark" => true,
                "nfmask" => Numbers.TryRead(part.Value, All, out packetMask),
                "ctmask" => Numbers.TryRead(part.Value, All, out flowMask),
                "mask" => Numbers.TryRead(part.Value, All, out packetMask) && Numbers.TryRead(part.Value, All, out flowMask),
                _ => false,
            };
            if (!understood)
            {
                return false;
            }
        }

        // linux/netfilter/xt_connmark.h: new = (old & ~its mask) ^ (other & other's mask).
        return target.Has("save-mark")
            ? Assign(rule, PacketField.CtMark, Make.Exchange(flow, flowMask, packetMask == All ? packet : Make.And(packet, packetMask), All))
            : target.Has("restore-mark")
                && Assign(rule, PacketField.MetaMark, Make.Exchange(packet, packetMask, flowMask == All ? flow : Make.And(flow, flowMask), All));
    }

    public static bool Ct(RuleBuilder rule, OptionGroup target)
    {
        if (target.Name == "NOTRACK")
        {
            rule.Add(new NotrackStatement());
            return true;
        }

        foreach (Option option in target.Options)
        {
            switch (option.Name)
            {
                case "notrack":
                    rule.Add(new NotrackStatement());
                    break;
                case "zone" or "zone-orig" or "zone-reply" when option.Value == "mark":
                    Assign(rule, PacketField.CtZone, Make.Field(PacketField.MetaMark));
                    break;
                case "zone" or "zone-orig" or "zone-reply" when Numbers.TryRead(option.Value, ushort.MaxValue, out ulong zone):
                    Assign(rule, PacketField.CtZone, Make.Number(zone));
                    break;
                case "helper" or "timeout" or "ctevents" or "expevents":
                    rule.Add(new PassStatement(option.ToString()));
                    break;
                default:
                    return false;
            }
        }

        return true;
    }

    public static bool TransparentProxy(RuleBuilder rule, OptionGroup target)
    {
        // Accepts where a socket takes the packet, and then sets the mark; drops it where none does (tproxy_tg4).
        if (target.Find("tproxy-mark") is { } mark)
        {
            if (!Numbers.TryMasked(mark.Value, All, out ulong value, out ulong mask))
            {
                return false;
            }

            Assign(rule, PacketField.MetaMark, Make.Exchange(Make.Field(PacketField.MetaMark), mask, Make.Number(value), All));
        }

        int port = 0;
        UInt128 address = 0;
        if (target.Options.Exists(static option => option.Name is not ("on-port" or "on-ip" or "tproxy-mark"))
            || (target.Find("on-port") is { } ported && !(Numbers.TryRead(ported.Value, ushort.MaxValue, out ulong number) && (port = (int)number) >= 0))
            || (target.Find("on-ip") is { } addressed && !rule.TryAddress(addressed.Value, out address)))
        {
            return false;
        }

        rule.Add(new TproxyStatement(null, address == 0 ? null : Make.Number(address), port == 0 ? null : Make.Number((uint)port)) { DropsOthers = true });
        rule.Add(new VerdictStatement(new Verdict(VerdictKind.Accept)));
        return true;
    }

    public static bool Header(RuleBuilder rule, OptionGroup target)
    {
        if (target.Options is not [Option option])
        {
            return target.Name == "HMARK" && Assign(rule, PacketField.MetaMark, new OpaqueExpression($"-j {target}"));
        }

        PacketField dscp = rule.V6 ? PacketField.Ip6Dscp : PacketField.IpDscp;
        PacketField hops = rule.V6 ? PacketField.Ip6HopLimit : PacketField.IpTtl;
        switch (option.Name)
        {
            case "set-dscp" or "set-dscp-class" when ValueText.TrySingle(DataType.Dscp, option.Value.ToLowerInvariant(), out UInt128 value):
                return Assign(rule, dscp, Make.Number(value));
            case "ttl-set" or "hl-set" when Numbers.TryRead(option.Value, 255, out ulong value):
                return Assign(rule, hops, Make.Number(value));
            case "ttl-dec" or "hl-dec" or "ttl-inc" or "hl-inc":
                return Assign(rule, hops, new OpaqueExpression($"-j {target}"));
            case "set-class" when ValueText.TrySingle(DataType.ClassId, option.Value, out UInt128 value):
                return Assign(rule, PacketField.MetaPriority, Make.Number(value));
            case "set-tos" when Numbers.TryMasked(option.Value, 255, out ulong value, out ulong mask):
                Expression field = HeaderMatches.TypeOfService(rule.V6);
                rule.Add(new AssignStatement(field, Make.Exchange(field, mask, Make.Number(value), 255)));
                return true;
            default:
                return false;
        }
    }

    private static bool Assign(RuleBuilder rule, PacketField field, Expression value)
    {
        rule.Add(new AssignStatement(Make.Field(field), value));
        return true;
    }

    private static bool TryExchange(Expression old, Option option, out Expression value)
    {
        value = old;
        if (!Numbers.TryMasked(option.Value, All, out ulong number, out ulong mask))
        {
            return false;
        }

        // iptables-save writes all of them as --set-xmark; the others are what people write.
        (ulong keep, ulong toggle)? parts = option.Name switch
        {
            "set-xmark" => (All & ~mask, number),
            "set-mark" => (All & ~(mask | number), number),
            "and-mark" => (number, 0UL),
            "or-mark" => (All & ~number, number),
            "xor-mark" => (All, number),
            _ => null,
        };
        if (parts is null)
        {
            return false;
        }

        value = Make.Exchange(old, All & ~parts.Value.keep, Make.Number(parts.Value.toggle), All);
        return true;
    }
}
