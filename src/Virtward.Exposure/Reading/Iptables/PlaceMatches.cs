using Virtward.Exposure.Packets;
using Virtward.Exposure.Reading.Symbols;
using Virtward.Exposure.Rulesets.Expressions;
using Virtward.Exposure.Rulesets.Sets;
using Virtward.Exposure.Rulesets.Statements;

namespace Virtward.Exposure.Reading.Iptables;

/// <summary>Matches on addresses, routes, sockets and what the kernel knows about a packet.</summary>
internal static class PlaceMatches
{
    public static void Mark(RuleBuilder rule, OptionGroup match) => Masked(rule, match, "mark", PacketField.MetaMark);

    public static void Realm(RuleBuilder rule, OptionGroup match) => Masked(rule, match, "realm", PacketField.RtClassId);

    public static void Cpu(RuleBuilder rule, OptionGroup match) => Masked(rule, match, "cpu", PacketField.MetaCpu);

    public static void ControlGroup(RuleBuilder rule, OptionGroup match) => Masked(rule, match, "cgroup", PacketField.MetaCgroup);

    public static void DeviceGroup(RuleBuilder rule, OptionGroup match)
    {
        foreach (Option option in match.Options)
        {
            PacketField? field = option.Name switch { "src-group" => PacketField.MetaIifGroup, "dst-group" => PacketField.MetaOifGroup, _ => null };
            if (field is null || !Masked(rule, option, field.Value))
            {
                rule.Opaque(option.ToString());
            }
        }
    }

    public static void AddressType(RuleBuilder rule, OptionGroup match)
    {
        FibKey device = match.Has("limit-iface-in") ? FibKey.Iif : match.Has("limit-iface-out") ? FibKey.Oif : FibKey.None;
        foreach (Option option in match.Options)
        {
            FibKey? address = option.Name switch { "src-type" => FibKey.Saddr, "dst-type" => FibKey.Daddr, _ => null };
            var types = new List<ValueRange>();
            if (address is not null && Numbers.TryList(option.Value, 11, DataType.FibAddressType, types))
            {
                rule.Equal(new FibExpression(address.Value | device, FibResult.Type), option.Negated, Make.Ranges(types));
            }
            else if (option.Name is not ("limit-iface-in" or "limit-iface-out"))
            {
                rule.Opaque(option.ToString());
            }
        }
    }

    public static void AddressRange(RuleBuilder rule, OptionGroup match)
    {
        foreach (Option option in match.Options)
        {
            PacketField? field = option.Name switch { "src-range" => rule.Source, "dst-range" => rule.Destination, _ => null };
            if (field is not null && rule.TryAddresses(option.Value, out ValueRange range))
            {
                rule.Equal(field.Value, option.Negated, Make.Range(range));
            }
            else
            {
                rule.Opaque(option.ToString());
            }
        }
    }

    public static void PacketType(RuleBuilder rule, OptionGroup match)
    {
        foreach (Option option in match.Options)
        {
            if (option.Name == "pkt-type" && ValueText.TrySingle(DataType.PacketType, option.Value, out UInt128 type))
            {
                rule.Equal(PacketField.MetaPktType, option.Negated, Make.Number(type));
            }
            else
            {
                rule.Opaque(option.ToString());
            }
        }
    }

    /// <summary>
    /// The ports of a bridge whose frames br_netfilter shows to IP (physdev_mt, net/netfilter/xt_physdev.c). A frame that came otherwise has none, which only options
    /// that are turned around match.
    /// </summary>
    public static void BridgePort(RuleBuilder rule, OptionGroup match)
    {
        foreach (Option option in match.Options)
        {
            PacketField field = option.Name is "physdev-in" or "physdev-is-in" ? PacketField.BridgeInPort : PacketField.BridgeOutPort;
            if (option.Name is "physdev-is-in" or "physdev-is-out" or "physdev-is-bridged")
            {
                rule.Equal(field, !option.Negated, Make.Number(0));
            }
            else if (option is { Name: "physdev-in", Value: not "+" } or { Name: "physdev-out", Negated: false, Value: not "+" })
            {
                rule.Equal(field, option.Negated, RuleReader.Interface(option.Value));
            }
            else
            {
                // ! --physdev-out: of a frame that has come to a bridge and does not leave by one it is not true, of one that never saw a bridge it is.
                rule.Opaque(option.ToString());
            }
        }
    }

    public static void Owner(RuleBuilder rule, OptionGroup match)
    {
        foreach (Option option in match.Options)
        {
            PacketField field = option.Name == "gid-owner" ? PacketField.MetaSkGid : PacketField.MetaSkUid;

            // Turned around it also matches packets without a socket, which have no such field: at output what the kernel itself says, elsewhere what is passed on.
            if (option.Negated && rule.Chain.Name != "OUTPUT")
            {
                rule.Opaque(option.ToString());
            }
            else if (option.Name is "uid-owner" or "gid-owner" && Numbers.TryRange(option.Value, uint.MaxValue, out ValueRange range, '-'))
            {
                rule.Equal(field, option.Negated, Make.Range(range));
            }
            else if (option.Negated)
            {
                rule.Opaque(option.ToString());
            }
            else if (option.Name == "socket-exists")
            {
                rule.Match(Make.Field(field), MatchOperator.GreaterOrEqual, Make.Number(0));
            }
            else
            {
                rule.Opaque(option.ToString());
            }
        }
    }

    public static void ReversePath(RuleBuilder rule, OptionGroup match)
    {
        FibKey key = FibKey.Saddr | (match.Has("validmark") ? FibKey.Mark : FibKey.None) | (match.Has("loose") ? FibKey.None : FibKey.Iif);
        if (match.Options.Exists(o => o.Name is not ("validmark" or "loose" or "invert")))
        {
            // --accept-local lets the host's own addresses pass, which a look-up with an interface does not.
            rule.Opaque($"-m {match}");
        }
        else
        {
            rule.Equal(new FibExpression(key, FibResult.Exists), match.Has("invert"), Make.Number(1));
        }
    }

    public static void IpsecPolicy(RuleBuilder rule, OptionGroup match)
    {
        PacketField? field = match.Find("dir")?.Value switch { "in" => PacketField.MetaSecPath, "out" => PacketField.RtIpsec, _ => null };
        uint? wanted = match.Find("pol") switch { { Value: "ipsec", Negated: false } => 1, { Value: "none", Negated: false } => 0, _ => null };
        if (field is null || wanted is null)
        {
            rule.Opaque($"-m {match}");
            return;
        }

        rule.Equal(field.Value, false, Make.Number(wanted.Value));
        if (match.Options.Exists(o => o.Name is not ("dir" or "pol")))
        {
            rule.Opaque($"-m {match}");
        }
    }

    public static void Socket(RuleBuilder rule, OptionGroup match)
    {
        Expression wildcard = Make.Field(PacketField.SocketWildcard);
        if (match.Has("nowildcard"))
        {
            rule.Match(wildcard, MatchOperator.LessOrEqual, Make.Number(1));
        }
        else
        {
            rule.Equal(wildcard, false, Make.Number(0));
        }

        foreach (Option option in match.Options)
        {
            switch (option.Name)
            {
                case "transparent":
                    rule.Equal(PacketField.SocketTransparent, false, Make.Number(1));
                    break;
                case "restore-skmark":
                    rule.Add(new AssignStatement(Make.Field(PacketField.MetaMark), Make.Field(PacketField.SocketMark)));
                    break;
                case "nowildcard":
                    break;
                default:
                    rule.Opaque(option.ToString());
                    break;
            }
        }
    }

    private static void Masked(RuleBuilder rule, OptionGroup match, string name, PacketField field)
    {
        foreach (Option option in match.Options)
        {
            if (option.Name != name || !Masked(rule, option, field))
            {
                rule.Opaque(option.ToString());
            }
        }
    }

    private static bool Masked(RuleBuilder rule, Option option, PacketField field)
    {
        bool ok = Numbers.TryMasked(option.Value, uint.MaxValue, out ulong value, out ulong mask);
        if (ok)
        {
            Expression left = Make.Field(field);
            rule.Equal(mask == uint.MaxValue ? left : Make.And(left, mask), option.Negated, Make.Number(value));
        }

        return ok;
    }
}
