using System.Collections.Immutable;
using System.Text.Json;
using Virtward.Core.Net;
using Virtward.Core.Results;
using Virtward.Core.Snapshots;
using Virtward.Exposure.Topology;

namespace Virtward.Exposure.Facts.Network;

/// <summary>Rules that choose a routing table, from <c>ip -j -d rule</c> of both families. What is not understood is kept as <see cref="RoutingRule.Opaque"/>.</summary>
internal static class RuleReader
{
    // What is read below, and what does not decide anything.
    private static readonly ImmutableHashSet<string> Understood =
    [
        "priority", "src", "srclen", "dst", "dstlen", "table", "protocol", "iif", "oif", "iif_detached", "oif_detached", "not", "fwmark",
        "fwmask", "action", "flow", "realms", "nop", "goto", "suppress_prefixlen",
    ];

    /// <summary>Reads them.</summary>
    public static ImmutableArray<RoutingRule> Read(Snapshot snapshot, NumberedNames tables, ICollection<Problem> problems)
    {
        ImmutableArray<RoutingRule>.Builder rules = ImmutableArray.CreateBuilder<RoutingRule>();
        foreach ((string file, bool v6) in (ReadOnlySpan<(string, bool)>)[(SnapshotNames.Rules, false), (SnapshotNames.Rules6, true)])
        {
            foreach (JsonElement item in JsonText.Objects(snapshot.Text(file), file, problems).Where(static item => item.EnumerateObject().Any()))
            {
                // A rule that does nothing (a target of "goto") decides nothing, nor does a "goto" to a rule that is not there.
                if (!item.Has("nop") && !item.Has("unresolved"))
                {
                    rules.Add(Rule(item, v6, tables));
                }
            }
        }

        return rules.ToImmutable();
    }

    private static RoutingRule Rule(JsonElement item, bool v6, NumberedNames tables)
    {
        List<string> opaque = [.. item.EnumerateObject().Where(static member => !Understood.Contains(member.Name)).Select(Words)];
        bool acts = item.Has("action");
        RouteType? action = item.Text("action") switch
        {
            "unreachable" or "7" => RouteType.Unreachable,
            "prohibit" or "8" => RouteType.Prohibit,
            "blackhole" or "6" => RouteType.Blackhole,
            _ => null,
        };
        if (acts && action is null)
        {
            opaque.Add($"action {item.Text("action")}");
        }

        Prefix? source = Prefix(item, "src", v6, opaque);
        Prefix? destination = Prefix(item, "dst", v6, opaque);
        (uint mark, uint mask) = Mark(item, opaque);
        string? table = item.Text("table");
        uint? target = item.Number("goto") is long to and >= 0 and <= uint.MaxValue ? (uint)to : null;
        if (table is null && target is null && !acts && opaque.Count == 0)
        {
            opaque.Add("no table");
        }

        long priority = item.Number("priority") ?? 0;
        return new RoutingRule(v6, priority is >= 0 and <= uint.MaxValue ? (uint)priority : 0, table is null ? 0 : tables.Number(table))
        {
            Source = source,
            Destination = destination,
            Iif = item.Text("iif"),
            Oif = item.Text("oif"),
            Mark = mark,
            MarkMask = mask,
            Invert = item.Has("not"),
            Action = action,
            Goto = target,
            Suppressed = item.Int("suppress_prefixlen"),
            Opaque = opaque.Count == 0 ? null : string.Join(", ", opaque),
        };
    }

    private static Prefix? Prefix(JsonElement item, string name, bool v6, List<string> opaque)
    {
        string? text = item.Text(name);
        if (text is null or "all" or "any" or "default")
        {
            return null;
        }

        string whole = item.Int($"{name}len") is int length ? $"{text}/{length}" : text;
        if (JsonText.TryPrefix(whole, v6, out Prefix prefix) && prefix.IsV4 != v6)
        {
            return prefix;
        }

        opaque.Add($"{name} {whole}");
        return null;
    }

    private static (uint Mark, uint Mask) Mark(JsonElement item, List<string> opaque)
    {
        if (!item.Has("fwmark"))
        {
            return (0, 0);
        }

        if (item.Number("fwmark") is long mark and >= 0 and <= uint.MaxValue
            && (item.Has("fwmask") ? item.Number("fwmask") : uint.MaxValue) is long mask and >= 0 and <= uint.MaxValue)
        {
            return ((uint)mark, (uint)mask);
        }

        opaque.Add("fwmark");
        return (0, 0);
    }

    private static string Words(JsonProperty member)
    {
        string value = member.Value.ValueKind switch
        {
            JsonValueKind.Null or JsonValueKind.True => "",
            JsonValueKind.Number or JsonValueKind.String => " " + member.Value.ToString(),
            _ => " …",
        };
        string words = member.Name + value;
        return words.Length > 80 ? words[..80] : words;
    }
}
