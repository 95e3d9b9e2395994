using Virtward.Exposure.Packets;
using Virtward.Exposure.Rulesets;
using Virtward.Exposure.Rulesets.Expressions;
using Virtward.Exposure.Rulesets.Statements;
using Virtward.Hardening.Inventory;
using Virtward.Hardening.Inventory.Firewall;
using Virtward.Hardening.Inventory.Firewall.Firewalld;

namespace Virtward.Hardening.Checks.Firewall;

/// <summary>FW-23.</summary>
public static class Fw23
{
    // NF_CT_STATE_BIT(IP_CT_NEW), linux/netfilter/nf_conntrack_common.h.
    private const int CtNew = 8;

    /// <summary>The check.</summary>
    public static readonly Check Check = new()
    {
        Id = "FW-23",
        Severity = Severity.Medium,
        Title = "nothing is opened by its source port",
        Why = "The sender chooses its source port. A rule that accepts whatever comes from port 53 opens every port of the host to whoever sends from 53; answers to the host's own "
            + "questions need no such rule, they belong to a connection that is known.",
        Judge = Judge,
    };

    private static Outcome Judge(AuditFacts facts)
    {
        Outcome? without = Daemon.Without(facts);
        if (facts.Exposure.Ruleset is not Ruleset ruleset)
        {
            return Outcome.Unknown(facts.Exposure.Problem!);
        }

        var findings = new List<Finding>();
        if (without is null)
        {
            FirewalldConfig config = Daemon.Config(facts);
            foreach (FirewalldZone zone in config.Effective.Concat(config.EffectivePolicies))
            {
                findings.AddRange(zone.SourcePorts.Select(port => new Finding(
                    $"{zone.Words} {port}", $"{zone.Words} lets everything in that is sent from port {port}",
                    Daemon.Change("Take it out.", zone, $"--remove-source-port={port}", $"--add-source-port={port}", Risk.Service)) { Evidence = [Daemon.Evidence(facts, zone, $"\"{port.Split('/')[0]}\"", $"source-ports: {port}")] }));
                findings.AddRange(zone.Rules.Where(static rule => rule.SourcePort.Length > 0 && rule.Action == "accept").Select(rule => new Finding(
                    $"{zone.Words} {rule.SourcePort}", $"{zone.Words} lets everything in that is sent from port {rule.SourcePort}",
                    Daemon.Change("Take the rule out.", zone, $"--remove-rich-rule='{rule.Text}'", $"--add-rich-rule='{rule.Text}'", Risk.Service)) { Evidence = [Daemon.Evidence(facts, zone, "source-port", rule.Text)] }));
            }
        }

        foreach ((Table table, Chain chain, Rule rule) in Written.Rules(ruleset).Where(static one => OpensBySource(one.Rule)))
        {
            string name = $"{NftablesFile.FamilyWord(table.Family)} {table.Name}";
            findings.Add(new Finding(
                $"{name} {chain.Name}: {rule.Text}", $"a rule lets in whatever is sent from a certain port: {rule.Text}",
                new Remedy("Replace it by a rule about the destination port, or by \"ct state established,related accept\".") { Risk = Risk.Service, Undo = "put the rule back where it is stored" }
                    .With($"nft delete rule {name} {chain.Name} handle {rule.Handle}    # and where it is stored"))
            {
                Evidence = [new Evidence(EvidenceKind.Rule, $"{name}, chain {chain.Name}, handle {rule.Handle}", rule.Text)],
            });
        }

        return Outcome.Of(findings.GroupBy(static one => one.Subject).Select(static group => group.First()), "no rule accepts by the source port alone",
            without is { Status: Status.Unknown } ? without.Reason : without is null ? Daemon.Unseen(facts) : null);
    }

    private static bool OpensBySource(Rule rule)
    {
        bool accepts = rule.Statements.OfType<VerdictStatement>().Any(static verdict => verdict.Verdict.Kind == VerdictKind.Accept);
        bool bySource = false;
        foreach (MatchStatement match in rule.Statements.OfType<MatchStatement>())
        {
            if (match.Left is not FieldExpression { Field: var field })
            {
                return false;
            }

            switch (field)
            {
                case PacketField.TcpSport or PacketField.UdpSport or PacketField.ThSport when match.Operator == MatchOperator.Equal:
                    bySource = true;
                    break;
                // Anything else that narrows it down, but the protocol.
                case PacketField.MetaL4Proto or PacketField.MetaNfProto or PacketField.IpProtocol or PacketField.Ip6NextHeader or PacketField.MetaIifName or PacketField.MetaIif:
                    break;
                case PacketField.CtState when match.Right is NumberExpression states && (states.Value & CtNew) != 0:
                    break;
                default:
                    return false;
            }
        }

        return accepts && bySource;
    }
}
