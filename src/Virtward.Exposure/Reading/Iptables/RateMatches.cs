using System.Globalization;
using Virtward.Exposure.Packets;
using Virtward.Exposure.Rulesets.Expressions;
using Virtward.Exposure.Rulesets.Statements;

namespace Virtward.Exposure.Reading.Iptables;

/// <summary>Matches that are time, luck or what others do: rates, counts, quotas, chance.</summary>
internal static class RateMatches
{
    private const ulong DefaultBurst = 5;

    public static void Limit(RuleBuilder rule, OptionGroup match)
    {
        Option? limit = match.Find("limit");
        ulong burst = DefaultBurst;
        if (limit is null or { Negated: true } || !Numbers.TryRate(limit.Value, out ulong rate, out long seconds, out bool bytes) || bytes
            || (match.Find("limit-burst") is { } b && !Numbers.TryRead(b.Value, uint.MaxValue, out burst)))
        {
            rule.Opaque($"-m {match}");
            return;
        }

        rule.Add(new LimitStatement(false, rate, seconds, burst, false, $"{limit.Value} burst {burst}"));
    }

    public static void HashLimit(RuleBuilder rule, OptionGroup match)
    {
        Option? option = match.Find("hashlimit-upto") ?? match.Find("hashlimit-above") ?? match.Find("hashlimit");
        if (option is null || !Numbers.TryRate(option.Value, out ulong rate, out long seconds, out bool bytes) || match.Has("hashlimit-rate-match"))
        {
            rule.Opaque($"-m {match}");
            return;
        }

        ulong burst = DefaultBurst;
        if (match.Find("hashlimit-burst") is { } written && !Numbers.TryRead(written.Value, ulong.MaxValue, out burst))
        {
            burst = Numbers.TryRate(written.Value, out ulong size, out _, out _) ? size : DefaultBurst;
        }

        bool over = option.Negated != (option.Name == "hashlimit-above");
        var limit = new LimitStatement(over, rate, seconds, burst, bytes, $"{option.Value} burst {burst}");
        var key = new List<Expression>();
        var types = new List<string>();
        foreach (string mode in match.Find("hashlimit-mode")?.Value.Split(',') ?? [])
        {
            switch (mode)
            {
                case "srcip":
                    key.Add(rule.Masked(rule.Source, Mask(rule, match.Find("hashlimit-srcmask"))));
                    types.Add(rule.AddressType);
                    break;
                case "dstip":
                    key.Add(rule.Masked(rule.Destination, Mask(rule, match.Find("hashlimit-dstmask"))));
                    types.Add(rule.AddressType);
                    break;
                case "srcport" or "dstport":
                    // Packets without ports share one bucket then; the key would leave them out.
                    if (rule.Protocol is not (6 or 17 or 33 or 132 or 136))
                    {
                        rule.Add(limit);
                        return;
                    }

                    key.Add(Make.Field(mode == "srcport" ? PacketField.ThSport : PacketField.ThDport));
                    types.Add("inet_service");
                    break;
                default:
                    rule.Opaque($"-m {match}");
                    return;
            }
        }

        if (key.Count == 0)
        {
            rule.Add(limit);
            return;
        }

        string set = rule.Table.Own($"hashlimit:{match.Find("hashlimit-name")?.Value}", [.. types], true);
        rule.Add(new SetUpdateStatement(SetUpdateKind.Update, set, Make.Concat([.. key]), null, [limit]));
    }

    public static void ConnLimit(RuleBuilder rule, OptionGroup match)
    {
        Option? option = match.Find("connlimit-above") ?? match.Find("connlimit-upto");
        ulong length = (ulong)rule.AddressBits;
        if (option is null || !Numbers.TryRead(option.Value, uint.MaxValue, out ulong count)
            || (match.Find("connlimit-mask") is { } mask && !Numbers.TryRead(mask.Value, (ulong)rule.AddressBits, out length)))
        {
            rule.Opaque($"-m {match}");
            return;
        }

        var connections = new ConnectionCountStatement(option.Negated != (option.Name == "connlimit-above"), (uint)count);
        if (length == 0)
        {
            rule.Add(connections);
            return;
        }

        string set = rule.Table.Own($"connlimit:{rule.Chain.Name}:{rule.Chain.Count + 1}", [rule.AddressType], false);
        Expression key = rule.Masked(match.Has("connlimit-daddr") ? rule.Destination : rule.Source, Ones(rule, (int)length));
        rule.Add(new SetUpdateStatement(SetUpdateKind.Add, set, key, null, [connections]));
    }

    public static void Quota(RuleBuilder rule, OptionGroup match)
    {
        if (match.Options is [{ Name: "quota" } option] && Numbers.TryRead(option.Value, ulong.MaxValue, out ulong bytes))
        {
            rule.Add(new QuotaStatement(option.Negated, bytes, 0));
        }
        else
        {
            rule.Opaque($"-m {match}");
        }
    }

    public static void Statistic(RuleBuilder rule, OptionGroup match)
    {
        // The kernel draws 31 bits (linux/netfilter/xt_statistic.h).
        const uint All = 0x8000_0000;
        Option? every = match.Find("every");
        Option? probability = match.Find("probability");
        ulong packet = 0;
        if (match.Find("mode")?.Value == "random" && probability is not null
            && double.TryParse(probability.Value, NumberStyles.Float, CultureInfo.InvariantCulture, out double part) && part is >= 0 and <= 1)
        {
            rule.Match(
                new NumgenExpression(true, All, 0),
                probability.Negated ? MatchOperator.GreaterOrEqual : MatchOperator.Less,
                Make.Number((UInt128)Math.Round(part * All)));
        }
        else if (match.Find("mode")?.Value == "nth" && every is not null && Numbers.TryRead(every.Value, uint.MaxValue, out ulong count) && count > 0
            && (match.Find("packet") is not { } at || Numbers.TryRead(at.Value, count - 1, out packet)))
        {
            rule.Equal(new NumgenExpression(false, (uint)count, 0), every.Negated, Make.Number(packet));
        }
        else
        {
            rule.Opaque($"-m {match}");
        }
    }

    private static UInt128 Mask(RuleBuilder rule, Option? option) =>
        option is not null && Numbers.TryRead(option.Value, (ulong)rule.AddressBits, out ulong length) ? Ones(rule, (int)length) : rule.AddressMask;

    private static UInt128 Ones(RuleBuilder rule, int length) =>
        length == 0 ? 0 : rule.AddressMask & ~(length >= 128 ? 0 : (UInt128.One << (rule.AddressBits - length)) - 1);
}
