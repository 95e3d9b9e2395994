using Virtward.Exposure.Packets;
using Virtward.Exposure.Rulesets.Expressions;
using Virtward.Exposure.Rulesets.Statements;

namespace Virtward.Exposure.Reading.Iptables;

/// <summary>
/// The match <c>recent</c>: a set of addresses that packets fill. Whether one is in it is a look-up in a dynamic set; how often it came of late
/// is a limit that is exceeded.
/// </summary>
internal static class RecentMatch
{
    public static void Read(RuleBuilder rule, OptionGroup match)
    {
        Option? action = match.Options.Find(o => o.Name is "set" or "rcheck" or "update" or "remove");
        Option? hits = match.Find("hitcount");
        Option? age = match.Find("seconds");
        ulong hitCount = 0;
        ulong seconds = 0;
        bool limited = hits is not null || age is not null;
        UInt128 mask = rule.AddressMask;
        bool understood = action is not null
            && (!action.Negated || (action.Name is "rcheck" or "update" && !limited))
            && match.Options.TrueForAll(o => o == action || o.Name is "seconds" or "hitcount" or "reap" or "name" or "mask" or "rsource" or "rdest")
            && (hits is null || Numbers.TryRead(hits.Value, uint.MaxValue, out hitCount))
            && (age is null || Numbers.TryRead(age.Value, uint.MaxValue, out seconds))
            && (match.Find("mask") is not { } written || rule.TryAddress(written.Value, out mask));
        if (!understood)
        {
            rule.Opaque($"-m {match}");
            return;
        }

        string set = rule.Table.Own($"recent:{match.Find("name")?.Value ?? "DEFAULT"}", [rule.AddressType], false);
        PacketField address = match.Has("rdest") ? rule.Destination : rule.Source;
        Expression key = rule.Masked(address, mask);
        if (action!.Name == "set")
        {
            rule.Add(new SetUpdateStatement(SetUpdateKind.Update, set, key, null, []));
            return;
        }

        rule.Equal(key, action.Negated, new SetReferenceExpression(set));
        if (limited && action.Name != "remove")
        {
            ulong before = hitCount > 0 ? hitCount - 1 : 0;
            long within = seconds > 0 ? (long)seconds : long.MaxValue;
            rule.Add(new LimitStatement(true, before, within, before, false, $"recent {action.Name} {hits?.Value ?? "1"} in {age?.Value ?? "any"} s"));
        }

        if (action.Name != "rcheck" && !action.Negated)
        {
            rule.Add(new SetUpdateStatement(action.Name == "remove" ? SetUpdateKind.Delete : SetUpdateKind.Update, set, key, null, []));
        }
    }
}
