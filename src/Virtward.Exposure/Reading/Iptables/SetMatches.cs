using Virtward.Exposure.Packets;
using Virtward.Exposure.Reading.Ipsets;
using Virtward.Exposure.Rulesets.Expressions;
using Virtward.Exposure.Rulesets.Sets;
using Virtward.Exposure.Rulesets.Statements;

namespace Virtward.Exposure.Reading.Iptables;

/// <summary>The match <c>set</c> and the target <c>SET</c>, on the sets of ipset(8).</summary>
internal static class SetMatches
{
    public static void Match(RuleBuilder rule, OptionGroup match)
    {
        Option? option = match.Find("match-set");
        Ipset? set = option is { Values.Count: 2 } ? rule.Table.Ipset(option.Value) : null;
        if (set is null || !set.Exact || match.Options.Exists(o => o.Name is not ("match-set" or "update-counters" or "update-subcounters")))
        {
            rule.Opaque($"-m {match}");
            return;
        }

        // What the kernel cannot look up is not in the set: another family, or too few directions.
        if (IpsetKey.TryMake(rule, set, option!.Values[1]) is not Expression key)
        {
            rule.Equal(PacketField.MetaL4Proto, option.Negated, new SetExpression(SetContents.Empty));
            return;
        }

        rule.Table.Use(set, changed: false);
        var test = new MatchStatement(key, option.Negated ? MatchOperator.NotEqual : MatchOperator.Equal, new SetReferenceExpression(set.Name));
        if (!option.Negated || !set.HasPorts)
        {
            rule.Add(test);
            return;
        }

        // Packets without ports are in no such set, but have no port to compare either.
        Expression withPorts = Make.Ranges([ValueRange.Single(6), ValueRange.Single(17), ValueRange.Single(33), ValueRange.Single(132), ValueRange.Single(136)]);
        if (set.Contents.Opaque.Length > 0
            || !rule.Either([new MatchStatement(Make.Field(PacketField.MetaL4Proto), MatchOperator.NotEqual, withPorts)], [test]))
        {
            rule.Opaque($"-m {match}");
        }
    }

    public static void Target(RuleBuilder rule, OptionGroup target)
    {
        Option? option = target.Options.Find(o => o.Name is "add-set" or "del-set" or "map-set");
        if (option?.Name == "map-set" && target.Has("map-mark"))
        {
            rule.Add(new AssignStatement(Make.Field(PacketField.MetaMark), new OpaqueExpression(target.ToString())));
            return;
        }

        Ipset? set = option is { Values.Count: 2 } ? rule.Table.Ipset(option.Value) : null;
        if (option is null || option.Name == "map-set" || set is null || !set.Exact
            || IpsetKey.TryMake(rule, set, option.Values[1]) is not Expression key)
        {
            // Without the set's members every look-up in it is opaque already.
            rule.Add(new PassStatement($"-j {target}"));
            return;
        }

        rule.Table.Use(set, changed: true);
        ulong timeout = 0;
        if (target.Find("timeout") is { } written)
        {
            _ = Numbers.TryRead(written.Value, uint.MaxValue, out timeout);
        }

        SetUpdateKind kind = option.Name == "del-set" ? SetUpdateKind.Delete : target.Has("exist") ? SetUpdateKind.Update : SetUpdateKind.Add;
        rule.Add(new SetUpdateStatement(kind, set.Name, key, null, [], (long)timeout));
    }
}
