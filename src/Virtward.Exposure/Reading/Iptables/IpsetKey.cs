using Virtward.Exposure.Packets;
using Virtward.Exposure.Reading.Ipsets;
using Virtward.Exposure.Rulesets.Expressions;

namespace Virtward.Exposure.Reading.Iptables;

/// <summary>The fields of a packet that a set is asked for, by the directions of <c>--match-set NAME src,dst</c>.</summary>
internal static class IpsetKey
{
    /// <summary>The key; null where the kernel would not find any packet in the set that way.</summary>
    public static Expression? TryMake(RuleBuilder rule, Ipset set, string directions)
    {
        string[] words = directions.Split(',');
        if (words.Length < set.Dimensions.Length || (set.V6 is bool v6 && v6 != rule.V6))
        {
            return null;
        }

        var parts = new List<Expression>();
        for (int i = 0; i < set.Dimensions.Length; i++)
        {
            bool source = words[i] == "src";
            switch (set.Dimensions[i])
            {
                case IpsetDimension.Address:
                    parts.Add(Make.Field(source ? rule.Source : rule.Destination));
                    break;
                case IpsetDimension.Port:
                    parts.Add(Make.Field(PacketField.MetaL4Proto));
                    parts.Add(Make.Field(source ? PacketField.ThSport : PacketField.ThDport));
                    break;
                case IpsetDimension.HardwareAddress:
                    parts.Add(Make.Field(source ? PacketField.EtherSaddr : PacketField.EtherDaddr));
                    break;
                case IpsetDimension.Interface:
                    parts.Add(Make.Field(source ? PacketField.MetaIifName : PacketField.MetaOifName));
                    break;
                default:
                    parts.Add(Make.Field(PacketField.MetaMark));
                    break;
            }
        }

        return Make.Concat([.. parts]);
    }
}
