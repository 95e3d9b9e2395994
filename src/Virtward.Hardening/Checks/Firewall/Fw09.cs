using System.Collections.Immutable;
using Virtward.Core.Results;
using Virtward.Exposure.Rulesets;
using Virtward.Hardening.Inventory;
using Virtward.Hardening.Inventory.Firewall;
using Virtward.Hardening.Inventory.Firewall.Firewalld;

namespace Virtward.Hardening.Checks.Firewall;

/// <summary>FW-09.</summary>
public static class Fw09
{
    private const int Told = 8;

    /// <summary>The check.</summary>
    public static readonly Check Check = new()
    {
        Id = "FW-09",
        Severity = Severity.High,
        Title = "the rules in force are those that are stored",
        Why = "What was typed and not stored is gone after the next boot or reload, and what was stored and not loaded was never in force. Either way the host that comes back after "
            + "an update is not the one that was tested.",
        References = ["CIS Debian 12 v1.1.0 4.3.10"],
        Judge = Judge,
    };

    private static Outcome Judge(AuditFacts facts)
    {
        Outcome? without = Daemon.Without(facts);
        if (without is null)
        {
            return Firewalld(facts);
        }

        if (without.Status == Status.Unknown)
        {
            return without;
        }

        bool byNft = facts.Firewall.Units.Find("nftables.service") is { } unit && (unit.Enabled || unit.Active);
        return byNft ? Nftables(facts) : Outcome.NotApplicable("neither firewalld nor nftables.service loads rules here; what iptables' or ufw's files hold is not compared");
    }

    private static Outcome Firewalld(AuditFacts facts)
    {
        FirewalldConfig config = Daemon.Config(facts);
        if (config.RuntimeZones is not ImmutableArray<FirewalldZone> runtime)
        {
            return Outcome.Unknown($"what firewalld does now is not known: {config.RuntimeProblem}");
        }

        if (config.Problem is string problem)
        {
            return Outcome.Unknown(problem);
        }

        var findings = new List<Finding>();
        foreach ((FirewalldZone? stored, FirewalldZone? now) in Pairs(config.Zones, runtime).Concat(Pairs(config.Policies, config.RuntimePolicies ?? config.Policies)))
        {
            string[] differences = [.. Differences(facts, stored, now)];
            FirewalldZone any = (now ?? stored)!;
            if (differences.Length > 0)
            {
                findings.Add(new Finding(
                    any.Words, $"{any.Words} in force differs from what is stored: {string.Join("; ", differences.Take(Told))}{(differences.Length > Told ? $" and {differences.Length - Told} more" : "")}",
                    new Remedy("Decide which one is meant: store what is in force, or load what is stored.")
                    {
                        Risk = Risk.Lockout,
                        Undo = "put the saved copy of /etc/firewalld back and reload",
                    }.With("cp -a /etc/firewalld /root/firewalld.saved", "firewall-cmd --runtime-to-permanent    # what is in force is right", "firewall-cmd --reload    # what is stored is right"))
                {
                    Evidence = [.. differences.Take(Told).Select(text => new Evidence(EvidenceKind.Output, $"firewall-cmd {any.Option} --list-all", text))],
                });
            }
        }

        return Outcome.Of(findings, $"firewalld's {runtime.Length} zones in force are those that are stored");
    }

    private static IEnumerable<(FirewalldZone? Stored, FirewalldZone? Now)> Pairs(ImmutableArray<FirewalldZone> stored, ImmutableArray<FirewalldZone> now) =>
        stored.Select(static zone => zone.Name).Union(now.Select(static zone => zone.Name)).Order(StringComparer.Ordinal)
            .Select(name => (stored.FirstOrDefault(zone => zone.Name == name), now.FirstOrDefault(zone => zone.Name == name)));

    private static IEnumerable<string> Differences(AuditFacts facts, FirewalldZone? stored, FirewalldZone? now)
    {
        if (stored is null || now is null)
        {
            // A zone that nobody uses makes no difference.
            FirewalldZone one = (stored ?? now)!;
            return now is not null || !one.Interfaces.IsEmpty || !one.Sources.IsEmpty || !one.Ingress.IsEmpty
                ? [stored is null ? "it is in force and not stored" : "it is stored and not in force"] : [];
        }

        return
        [
            .. Lists("interface", [.. stored.Interfaces.Where(device => !IsDynamic(facts, device))], [.. now.Interfaces.Where(device => !IsDynamic(facts, device) && !IsByDefault(facts, now, device))]),
            .. Lists("source", stored.Sources, now.Sources), .. Lists("service", stored.Services, now.Services), .. Lists("port", stored.Ports, now.Ports),
            .. Lists("source port", stored.SourcePorts, now.SourcePorts), .. Lists("protocol", stored.Protocols, now.Protocols),
            .. Lists("forwarded port", stored.ForwardPorts, now.ForwardPorts),
            .. Lists("rich rule", [.. stored.Rules.Select(static rule => Sorted(rule.Text))], [.. now.Rules.Select(static rule => Sorted(rule.Text))]),
            .. stored.Target.Equals(now.Target, StringComparison.OrdinalIgnoreCase) ? [] : new[] { $"target {now.Target} in force, {stored.Target} stored" },
            .. stored.Masquerade == now.Masquerade ? [] : new[] { $"masquerade {(now.Masquerade ? "in force, not stored" : "stored, not in force")}" },
            .. stored.Forward == now.Forward ? [] : new[] { $"forward {(now.Forward ? "in force, not stored" : "stored, not in force")}" },
        ];
    }

    private static IEnumerable<string> Lists(string what, ImmutableArray<string> stored, ImmutableArray<string> now) =>
        now.Except(stored, StringComparer.Ordinal).Select(text => $"{what} {text} in force, not stored")
            .Concat(stored.Except(now, StringComparer.Ordinal).Select(text => $"{what} {text} stored, not in force"));

    // The order of a rule's words differs between the file's and the daemon's form.
    private static string Sorted(string rule) => string.Join(' ', rule.Replace("'", "\"", StringComparison.Ordinal).Split(' ', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal));

    // What is stored nowhere is in the default zone, whether it was put there or fell into it.
    private static bool IsByDefault(AuditFacts facts, FirewalldZone now, string device) =>
        now.Name == Daemon.Config(facts).DefaultZone && Daemon.Config(facts).Zones.All(zone => !zone.Interfaces.Contains(device));

    // NetworkManager, libvirt and container engines put their interfaces in at run time, and do so again after a reload.
    private static bool IsDynamic(AuditFacts facts, string device) =>
        facts.Zones.Zones.SelectMany(static zone => zone.Entries).All(entry => entry.Interface != device || entry.Interface.StartsWith("virbr", StringComparison.Ordinal))
        || facts.Zones.Zones.Any(zone => zone.Name is Virtward.Exposure.Zones.Zone.Containers or Virtward.Exposure.Zones.Zone.Guests && zone.Entries.Any(entry => entry.Interface == device))
        || facts.Units.IsActive("NetworkManager.service") || facts.Firewall.Profiles.Any(profile => profile.Interface == device);

    private static Outcome Nftables(AuditFacts facts)
    {
        if (facts.Exposure.Ruleset is not Ruleset live)
        {
            return Outcome.Unknown(facts.Exposure.Problem!);
        }

        if (facts.Firewall.Nftables is not NftablesFile file)
        {
            return Outcome.Unknown("nftables.service is there, and neither /etc/nftables.conf nor /etc/sysconfig/nftables.conf could be read");
        }

        if (!file.Rules().TryGet(out Ruleset? stored, out Problem? problem))
        {
            return Outcome.Unknown($"{file.File.Path} cannot be compared with the rules in force: {problem.What}");
        }

        if (!stored.Notes.IsEmpty)
        {
            return Outcome.Unknown($"{file.File.Path} cannot be compared with the rules in force: {stored.Notes[0]}");
        }

        var findings = new List<Finding>();
        foreach (Table table in stored.Tables)
        {
            Table? now = live.Tables.FirstOrDefault(one => one.Family == table.Family && one.Name == table.Name);
            string name = $"{NftablesFile.FamilyWord(table.Family)} {table.Name}";
            string[] differences = now is null ? ["it is stored and not in force"] : [.. Differences(table, now)];
            if (differences.Length > 0)
            {
                findings.Add(new Finding(
                    $"table {name}", $"the table {name} in force differs from {file.File.Path}: {string.Join("; ", differences.Take(Told))}{(differences.Length > Told ? $" and {differences.Length - Told} more" : "")}",
                    new Remedy("Decide which one is meant: store what is in force, or load what is stored.") { Risk = Risk.Lockout, Undo = "put the saved files back: nft -f /root/nftables.saved" }
                        .With("nft list ruleset > /root/nftables.saved", $"nft -c -f {file.File.Path} && systemctl reload nftables.service    # what is stored is right", $"nft list table {name}    # what is in force is right: put this into {file.File.Path}"))
                {
                    Evidence = [.. differences.Take(Told).Select(text => new Evidence(EvidenceKind.Rule, $"table {name}", text))],
                });
            }
        }

        return Outcome.Of(findings, $"the tables of {file.File.Path} are in force as they are stored");
    }

    private static IEnumerable<string> Differences(Table stored, Table now)
    {
        foreach (string name in stored.Chains.Select(static chain => chain.Name).Union(now.Chains.Select(static chain => chain.Name)))
        {
            Chain? was = stored.Chains.FirstOrDefault(chain => chain.Name == name);
            Chain? isNow = now.Chains.FirstOrDefault(chain => chain.Name == name);
            if (was is null && isNow is not null && IsMadeByAProgram(now, isNow))
            {
                continue;
            }

            if (was is null || isNow is null)
            {
                yield return $"chain {name} {(was is null ? "in force, not stored" : "stored, not in force")}";
                continue;
            }

            if (was.Base?.DropByDefault != isNow.Base?.DropByDefault || was.Base?.Hook != isNow.Base?.Hook || was.Base?.Priority != isNow.Base?.Priority)
            {
                yield return $"chain {name} is attached in another way, or has another policy";
            }

            // By meaning, not by text: nft prints rules back in its own form.
            (string Meaning, string Text)[] then = [.. was.Rules.Select(static rule => (RuleText.Of(rule), rule.Text))];
            (string Meaning, string Text)[] here = [.. isNow.Rules.Select(static rule => (RuleText.Of(rule), rule.Text))];
            HashSet<string> kept = [.. then.Select(static rule => rule.Meaning)];
            HashSet<string> inForce = [.. here.Select(static rule => rule.Meaning)];
            foreach ((string _, string text) in here.Where(rule => !kept.Contains(rule.Meaning)))
            {
                yield return $"chain {name}: \"{text}\" in force, not stored";
            }

            foreach ((string _, string text) in then.Where(rule => !inForce.Contains(rule.Meaning)))
            {
                yield return $"chain {name}: \"{text}\" stored, not in force";
            }

            if (kept.SetEquals(inForce) && !then.Select(static rule => rule.Meaning).SequenceEqual(here.Select(static rule => rule.Meaning)))
            {
                yield return $"chain {name}: the same rules in another order";
            }
        }
    }

    // libvirt, Docker and others put chains of their own into iptables' tables, and a jump to them into iptables' own chains, whenever they start; iptables-nft's tables have the
    // names that administrators give theirs, too (ip filter), and iptables-save gives such a table up as incompatible, so that only names tell.
    private static bool IsMadeByAProgram(Table table, Chain chain) => !Written.IsOne(table, chain)
        || (chain.Base is not { DropByDefault: true } && !chain.Rules.IsEmpty && chain.Rules.All(rule => GoesOnToAProgram(table, rule)));

    private static bool GoesOnToAProgram(Table table, Rule rule)
    {
        string[] targets = [.. Written.Targets(table, rule)];
        return targets.Length > 0 && targets.All(name => table.Chains.Any(other => other.Name == name && !Written.IsOne(table, other)));
    }
}
