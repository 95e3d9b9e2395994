using System.Collections.Frozen;
using Virtward.Exposure.Rulesets.Statements;

namespace Virtward.Exposure.Reading.Iptables;

/// <summary>Reads a rule's target (iptables-extensions(8), "Target Extensions").</summary>
internal static class TargetReader
{
    // Targets after which the rule goes on as if they were not there.
    private static readonly FrozenSet<string> Passing = new[]
    {
        "LOG", "NFLOG", "ULOG", "TRACE", "AUDIT", "SECMARK", "CONNSECMARK", "TCPMSS", "TCPOPTSTRIP", "CHECKSUM", "IDLETIMER", "LED", "RATEEST", "ECN",
        "ACCOUNT", "CONTINUE",
    }.ToFrozenSet(StringComparer.Ordinal);

    public static void Read(RuleBuilder rule, OptionGroup? target)
    {
        if (target is null)
        {
            return;
        }

        VerdictKind? verdict = target.Name switch
        {
            "ACCEPT" => VerdictKind.Accept,
            "DROP" => VerdictKind.Drop,
            "RETURN" => VerdictKind.Return,
            "QUEUE" or "NFQUEUE" => VerdictKind.Queue,
            _ => null,
        };
        if (rule.Table.HasChain(target.Name))
        {
            rule.Add(new VerdictStatement(new Verdict(target.Negated ? VerdictKind.Goto : VerdictKind.Jump, target.Name)));
        }
        else if (target.Negated)
        {
            rule.Opaque($"-g {target}", mayDecide: true);
        }
        else if (verdict is not null)
        {
            rule.Add(new VerdictStatement(new Verdict(verdict.Value), target.Has("queue-bypass")));
        }
        else if (Passing.Contains(target.Name))
        {
            rule.Add(new PassStatement($"-j {target}"));
        }
        else if (!ReadOther(rule, target))
        {
            rule.Opaque($"-j {target}", mayDecide: true);
        }
    }

    private static bool ReadOther(RuleBuilder rule, OptionGroup target)
    {
        switch (target.Name)
        {
            case "REJECT":
                rule.Add(new RejectStatement(RejectWith(target.Find("reject-with")?.Value ?? "")));
                return true;
            case "DNAT" or "SNAT" or "MASQUERADE" or "REDIRECT" or "NETMAP":
                return NatTargets.Read(rule, target);
            case "MARK":
                return MarkTargets.Mark(rule, target);
            case "CONNMARK":
                return MarkTargets.ConnMark(rule, target);
            case "CT" or "NOTRACK":
                return MarkTargets.Ct(rule, target);
            case "TPROXY":
                return MarkTargets.TransparentProxy(rule, target);
            case "DSCP" or "TOS" or "TTL" or "HL" or "CLASSIFY" or "HMARK":
                return MarkTargets.Header(rule, target);
            case "SYNPROXY":
                rule.Add(new SynproxyStatement($"-j {target}"));
                return true;
            case "TEE":
                rule.Add(new DuplicateStatement($"-j {target}"));
                return true;
            case "SET":
                SetMatches.Target(rule, target);
                return true;
            default:
                return false;
        }
    }

    /// <summary>The answer as nft names it: <c>icmp-admin-prohibited</c> is <c>icmp admin-prohibited</c>.</summary>
    private static string RejectWith(string name) => name switch
    {
        "" => "",
        "tcp-reset" => "tcp reset",
        "icmp6-adm-prohibited" => "icmpv6 admin-prohibited",
        "icmp-proto-unreachable" => "icmp prot-unreachable",
        _ when name.StartsWith("icmp6-", StringComparison.Ordinal) => $"icmpv6 {name[6..]}",
        _ when name.StartsWith("icmp-", StringComparison.Ordinal) => $"icmp {name[5..]}",
        _ => name,
    };
}
