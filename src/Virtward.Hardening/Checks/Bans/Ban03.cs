using System.Collections.Immutable;
using System.Globalization;
using Virtward.Core.Policy;
using Virtward.Core.Snapshots;
using Virtward.Exposure.Rulesets;
using Virtward.Hardening.Inventory;
using Virtward.Hardening.Inventory.Guarding;

namespace Virtward.Hardening.Checks.Bans;

/// <summary>A ban closes what it is for.</summary>
public static class Ban03
{
    // Connection tracking and DNAT come later than this.
    private const int BeforeTracking = -300;

    /// <summary>The check.</summary>
    public static readonly Check Check = new()
    {
        Id = "BAN-03",
        Severity = Severity.High,
        Title = "a ban closes sshd's real ports, in IPv4 and IPv6, and for guests behind forwards too",
        Why = "A ban of port 22 stops nobody when sshd listens on 2222. A ban in the input chain stops nobody who is forwarded to a guest: the packet never passes there.",
        Judge = Judge,
    };

    private static Outcome Judge(AuditFacts facts)
    {
        if (BanEngines.Without(facts) is Outcome none)
        {
            return none;
        }

        if (facts.Host.Snapshot.Text(SnapshotNames.Listeners) is null)
        {
            return Outcome.Unknown($"which ports sshd listens on is not known: {facts.Why(SnapshotNames.Listeners)}");
        }

        if (facts.Exposure.Ruleset is not Ruleset ruleset)
        {
            return Outcome.Unknown(facts.Exposure.Problem ?? "the firewall's rules are not known");
        }

        var findings = new List<Finding>();
        ImmutableArray<int> ports = BanEngines.SshPorts(facts);
        if (BanEngines.Virtward(facts))
        {
            Virtward(facts, findings, ruleset, ports);
            return Outcome.Of(findings, "virtward's bans are looked up before everything else, for all ports and both families");
        }

        if (facts.Guarding.Fail2Ban is not Fail2BanConfig config || config.Problem is not null)
        {
            return Outcome.Unknown(BanEngines.Fail2BanUnseen(facts)!);
        }

        Fail2Ban(findings, config, ruleset, ports);
        return Outcome.Of(findings, "Fail2Ban's jails of sshd close its real ports, and no guest is reached through a forward");
    }

    private static void Virtward(AuditFacts facts, List<Finding> findings, Ruleset ruleset, ImmutableArray<int> ports)
    {
        Chain? chain = BanEngines.GuardChain(ruleset);
        if (chain is null || chain.Base!.Priority > BeforeTracking)
        {
            findings.Add(new Finding("table inet virtward", chain is null ? "virtward runs, and its chain of bans is not in the kernel"
                : "virtward's chain of bans comes after connection tracking", new Remedy("Let it put the table back, and see what took it away.")
            {
                Steps = ["systemctl restart virtward", "journalctl -u virtward -n 30"],
            })
            { Evidence = [new Evidence(EvidenceKind.Rule, "inet virtward guard_prerouting", chain is null ? "not there"
                : string.Create(CultureInfo.InvariantCulture, $"priority {chain.Base!.Priority}"))] });
        }

        foreach (JailPolicy jail in facts.Policy.Guard.Jails.Where(static jail => jail.Filter.Name == "sshd" && !jail.Ports.IsEmpty))
        {
            foreach (int port in ports.Where(port => !jail.Ports.Any(scope => scope.Protocol == Transport.Tcp && port >= scope.From && port <= scope.To)))
            {
                findings.Add(new Finding($"jail {jail.Name}",
                    $"its bans leave port {port.ToString(CultureInfo.InvariantCulture)} open, where sshd listens",
                    new Remedy("Leave ports: out of the jail, and its bans close all.")
                {
                    Steps = ["# /etc/virtward/policy.yaml: take ports: out of the jail", "systemctl restart virtward"],
                })
                { Evidence = [Evidence.OfSetting($"ports of jail {jail.Name}", string.Join(", ", jail.Ports))] });
            }
        }
    }

    private static void Fail2Ban(List<Finding> findings, Fail2BanConfig config, Ruleset ruleset, ImmutableArray<int> ports)
    {
        foreach (Fail2BanJail jail in config.Jails.Where(static jail => jail.Filter is "sshd" or "sshd-aggressive"))
        {
            string taken = jail.Find("port")?.Value ?? "";
            bool allPorts = jail.Actions.Any(static action => action.Contains("allports", StringComparison.Ordinal) || action is "hostsdeny" or "route");
            foreach (int port in ports.Where(port => !allPorts && !BanEngines.Takes(taken, port)))
            {
                string number = port.ToString(CultureInfo.InvariantCulture);
                findings.Add(new Finding($"jail {jail.Name} port {number}",
                    $"its bans close {(taken.Length > 0 ? taken : "no port")}, and sshd listens on {number}", new Remedy("Name the real port by its number.")
                {
                    Steps = ["# /etc/fail2ban/jail.d/99-virtward.local", $"[{jail.Name}]", $"port = {number}", "fail2ban-client --test",
                        "systemctl restart fail2ban"],
                    Undo = "Remove /etc/fail2ban/jail.d/99-virtward.local; systemctl restart fail2ban.",
                })
                { Evidence = [BanEngines.Told(jail, "port"), new Evidence(EvidenceKind.Socket, $"tcp {number}", "sshd")] });
            }
        }

        // Fail2Ban's actions hang on input; what is translated to a guest goes through forward.
        Rule? forward = ruleset.Tables.SelectMany(static table => table.Chains).SelectMany(static chain => chain.Rules)
            .FirstOrDefault(static rule => rule.Text.Contains("dnat ", StringComparison.Ordinal) || rule.Text.Contains("DNAT ", StringComparison.Ordinal));
        if (forward is not null && !config.Jails.IsEmpty)
        {
            findings.Add(new Finding("forwards", "who is banned still reaches the guests behind forwards: Fail2Ban's bans hang on the input chain",
                new Remedy("Let virtward ban: its bans are looked up before forwards. Take Fail2Ban's set-up over.")
            {
                Steps = ["virtward guard import fail2ban > /etc/virtward/policy.yaml", "systemctl disable --now fail2ban", "systemctl enable --now virtward"],
                Risk = Risk.Lockout,
                Undo = "systemctl disable --now virtward; systemctl enable --now fail2ban",
            })
            { Evidence = [new Evidence(EvidenceKind.Rule, "a forward", forward.Text)], Severity = Severity.Medium });
        }
    }
}
