using Virtward.Exposure.Packets;
using Virtward.Exposure.Rulesets.Expressions;
using Virtward.Exposure.Rulesets.Statements;

namespace Virtward.Exposure.Reading.Iptables;

/// <summary>
/// The match <c>recent</c>: a list of addresses that packets fill. Whether one is in it is a look-up in a dynamic set; how often it came of late
/// is a limit of its own that is exceeded.
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
        bool fills = action is not { Name: "rcheck" };
        UInt128 mask = rule.AddressMask;
        bool understood = action is not null
            && (!action.Negated || (action.Name is "rcheck" or "update" && !limited && !match.Has("rttl")))
            && match.Options.TrueForAll(o => o == action || o.Name is "seconds" or "hitcount" or "rttl" or "reap" or "name" or "mask" or "rsource" or "rdest")
            && (hits is null || Numbers.TryRead(hits.Value, uint.MaxValue, out hitCount))
            && (age is null || Numbers.TryRead(age.Value, uint.MaxValue, out seconds))
            && (match.Find("mask") is not { } written || rule.TryAddress(written.Value, out mask));
        if (!understood)
        {
            rule.Opaque($"-m {match}");
            return;
        }

        string list = match.Find("name")?.Value ?? "DEFAULT";
        string set = rule.Table.OwnList($"recent:{list}", rule.AddressType, fills);
        PacketField address = match.Has("rdest") ? rule.Destination : rule.Source;
        Expression key = rule.Masked(address, mask);
        if (action!.Name == "set")
        {
            rule.Add(new SetUpdateStatement(SetUpdateKind.Update, set, key, null, []));
            return;
        }

        rule.Equal(key, action.Negated, new SetReferenceExpression(set));
        if (match.Has("rttl"))
        {
            // Who is in the list comes from packets before, and so does the time to live that is remembered of each.
            rule.Sometimes($"whether the last packet that the list {list} remembers of the address had the same time to live");
        }

        if (hitCount > 1 && action.Name != "remove")
        {
            // The address's own hits: the first ones do not exceed, the last one does.
            long within = seconds > 0 ? (long)seconds : uint.MaxValue;
            var limit = new LimitStatement(true, hitCount - 1, within, hitCount - 1, false, $"{hitCount - 1} in {age?.Value ?? "any"} s");
            string own = rule.Table.Own($"recent:{list}:{rule.Chain.Name}:{rule.Chain.Count + 1}", [rule.AddressType], true);
            rule.Add(new SetUpdateStatement(SetUpdateKind.Update, own, key, null, [limit]));
        }

        if (fills && !action.Negated)
        {
            rule.Add(new SetUpdateStatement(action.Name == "remove" ? SetUpdateKind.Delete : SetUpdateKind.Update, set, key, null, []));
        }
    }
}
