using System.Collections.Immutable;
using Virtward.Exposure.Reading;
using Virtward.Exposure.Rulesets;
using Virtward.Hardening.Inventory;
using Virtward.Hardening.Inventory.Firewall;

namespace Virtward.Hardening.Checks.Firewall;

/// <summary>FW-01.</summary>
public static class Fw01
{
    /// <summary>The check.</summary>
    public static readonly Check Check = new()
    {
        Id = "FW-01",
        Severity = Severity.High,
        Title = "exactly one firewall is loaded at boot, and every table has an owner",
        Why = "Two firewalls undo each other: the one that starts last flushes what the first one loaded, and which one that is changes from boot to boot. With none the host comes up "
            + "open, guests and all; and rules that nobody owns are gone after the next boot.",
        References = ["CIS RHEL 9 v2.0.0 4.1.2", "CIS Debian 12 v1.1.0 4.1.1"],
        Judge = Judge,
    };

    private static Outcome Judge(AuditFacts facts)
    {
        FirewallUnits units = facts.Firewall.Units;
        if (units.Problem is not null && facts.Units.FilesProblem is not null)
        {
            return Outcome.Unknown($"which firewalls are loaded at boot is not known: {units.Problem}");
        }

        ImmutableArray<string> enabled = [.. FirewallSources.UnitNames.Where(name => IsEnabled(facts, name)).Select(static name => name[..^".service".Length])];
        // Two halves of one: iptables for IPv4 and for IPv6; on Debian both are other names of netfilter-persistent.
        bool persistent = enabled.Contains("netfilter-persistent");
        string[] firewalls = [.. enabled.Where(name => name is not ("ip6tables" or "virtward" or "virtward-firewall") && !(persistent && name == "iptables"))];
        var findings = new List<Finding>();
        if (firewalls.Length > 1)
        {
            findings.Add(Several(facts, firewalls));
        }
        else if (firewalls.Length == 0 && !enabled.Contains("virtward") && !enabled.Contains("virtward-firewall"))
        {
            findings.Add(None(facts));
        }

        if (enabled.Contains("iptables") != enabled.Contains("ip6tables") && !persistent)
        {
            string missing = enabled.Contains("iptables") ? "ip6tables" : "iptables";
            findings.Add(new Finding($"{missing}.service", $"only one family's rules are loaded at boot: {missing}.service is not enabled",
                new Remedy($"Enable {missing}.service with rules of its own.") { Risk = Risk.Lockout, Undo = $"systemctl disable --now {missing}.service" }.With($"systemctl enable --now {missing}.service"))
            {
                Evidence = [Unit(facts, "iptables.service"), Unit(facts, "ip6tables.service")],
            });
        }

        findings.AddRange(Strays(facts, firewalls));
        string? unseen = facts.Exposure.Problem is string problem ? $"whether every table has an owner is not known: {problem}" : null;
        return Outcome.Of(findings, $"{(firewalls.Length > 0 ? firewalls[0] : "virtward")} is loaded at boot, no other firewall is, and every table has an owner", unseen);
    }

    // ufw's unit is enabled by its package, and does nothing until ufw.conf says so.
    private static bool IsEnabled(AuditFacts facts, string name) =>
        (facts.Firewall.Units.Problem is null ? facts.Firewall.Units.Find(name) is { Enabled: true } : facts.Units.IsEnabled(name))
        && (name != "ufw.service" || facts.Firewall.Ufw is not { Enabled: false });

    private static Finding Several(AuditFacts facts, string[] names)
    {
        string keep = names.FirstOrDefault(name => facts.Firewall.Units.Find($"{name}.service") is { Active: true }) ?? names[0];
        string[] others = [.. names.Where(name => name != keep)];
        return new Finding(
            "several firewalls", $"{string.Join(", ", names)} are all loaded at boot: what the last one leaves is what counts",
            new Remedy($"Keep one ({keep} runs now) and disable the others; look at the rules afterwards, with this session open.")
            {
                Risk = Risk.Lockout,
                Undo = string.Join("; ", others.Select(static name => $"systemctl unmask {name}.service && systemctl enable {name}.service")),
            }.With([.. others.Select(static name => $"systemctl disable --now {name}.service && systemctl mask {name}.service"), $"systemctl restart {keep}.service"]))
        {
            Evidence = [.. names.Select(name => Unit(facts, $"{name}.service"))],
        };
    }

    private static Finding None(AuditFacts facts)
    {
        string name = facts.Distribution.Choose("firewalld", facts.Firewall.Ufw is not null ? "ufw" : "nftables");
        return new Finding(
            "no firewall", "no firewall is loaded at boot: the host comes up open",
            new Remedy("Let one firewall be loaded at boot, with SSH from where you are in it before it starts.")
            {
                Risk = Risk.Lockout | Risk.Guests,
                Undo = $"systemctl disable --now {name}.service",
            }.With(name switch
            {
                "ufw" => ["ufw allow in on MANAGEMENT-INTERFACE to any port 22 proto tcp", "ufw default deny incoming && ufw default deny routed", "ufw enable"],
                "firewalld" => ["firewall-offline-cmd --zone=public --add-service=ssh", "systemctl enable --now firewalld.service"],
                _ => new[] { "nft -c -f /etc/nftables.conf", "systemctl enable --now nftables.service" },
            }))
        {
            Evidence = [.. FirewallSources.UnitNames.Select(name => facts.Firewall.Units.Find(name)).OfType<FirewallUnit>().Select(unit => Unit(facts, unit.Name)).DefaultIfEmpty(
                new Evidence(EvidenceKind.Unit, "systemctl", "none of the firewalls that Virtward knows has a unit here"))],
        };
    }

    private static IEnumerable<Finding> Strays(AuditFacts facts, string[] firewalls)
    {
        foreach (Table table in facts.Exposure.Ruleset?.Tables ?? [])
        {
            // What an engine or a ban tool made says so by its name; iptables' own tables belong to whoever loads iptables' rules.
            bool owned = TableOwners.Of(table, null).Length > 0 || table.Chains.Any(chain => TableOwners.Of(table, chain) is { Length: > 0 } owner && owner != TableOwners.Iptables)
                || table.Chains.All(static chain => chain.Rules.IsEmpty && chain.Base is not { DropByDefault: true });
            bool loaded = firewalls.Contains("nftables") && (facts.Firewall.Nftables is not NftablesFile file || file.Makes(table.Family, table.Name) || file.Includes().Any());
            bool byOther = firewalls.Any(static name => name is not ("nftables" or "firewalld" or "ufw"));
            if (owned || loaded || byOther)
            {
                continue;
            }

            string name = $"{NftablesFile.FamilyWord(table.Family)} {table.Name}";
            yield return new Finding(
                $"table {name}", $"the table {name} belongs to no firewall that is loaded at boot: somebody typed it, and it is gone after the next boot",
                new Remedy("Keep it in the file that is loaded at boot, or delete it.") { Risk = Risk.Lockout | Risk.Guests, Undo = $"nft -f /root/{table.Name}.nft" }
                    .With($"nft list table {name} > /root/{table.Name}.nft", $"nft delete table {name}    # or add the file to what is loaded at boot"))
            {
                Severity = Severity.Medium,
                Evidence = [new Evidence(EvidenceKind.Rule, $"table {name}", $"{table.Chains.Sum(static chain => chain.Rules.Length)} rules in {table.Chains.Length} chains")],
            };
        }
    }

    private static Evidence Unit(AuditFacts facts, string name) => new(EvidenceKind.Unit, name,
        facts.Firewall.Units.Find(name) is FirewallUnit unit ? $"{(unit.Active ? "active" : "inactive")}, {unit.FileState}" : facts.Units.Find(name)?.Told ?? "there is no such unit");
}
