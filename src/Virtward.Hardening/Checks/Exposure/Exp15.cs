using System.Collections.Immutable;
using Virtward.Core.Net;
using Virtward.Exposure.Answers;
using Virtward.Exposure.Packets;
using Virtward.Exposure.Paths;
using Virtward.Exposure.Rulesets;
using Virtward.Exposure.Rulesets.Sets;
using Virtward.Exposure.Zones;
using Virtward.Hardening.Checks.Firewall;
using Virtward.Hardening.Inventory;

namespace Virtward.Hardening.Checks.Exposure;

/// <summary>EXP-15.</summary>
public static class Exp15
{
    /// <summary>The check.</summary>
    public static readonly Check Check = new()
    {
        Id = "EXP-15",
        Severity = Severity.High,
        Title = "nobody is believed to be an administrator by an address alone",
        Why = "A rule that trusts the management network's addresses, and does not ask by which interface they come, trusts whoever writes such an address on a packet: a guest, or a stranger "
            + "on the uplink. The answer goes astray, but UDP and blind attacks need none.",
        Judge = Judge,
    };

    private static Outcome Judge(AuditFacts facts)
    {
        if (Reach.Unknown(facts) is string unknown)
        {
            return Outcome.Unknown(unknown);
        }

        string[] trusted = [.. new[] { Zone.Management, Zone.Vpn }.Where(zone => facts.Zones.Find(zone)?.Entries.Any(static entry => entry.Sources is not null) == true)];
        if (trusted.Length == 0)
        {
            return Outcome.NotApplicable("no management network or VPN with addresses of its own is known");
        }

        var findings = new List<Finding>();
        List<string> doubts = [];
        foreach (string by in new[] { Zone.Internet, Zone.Guests, Zone.Containers }.Where(zone => Reach.Has(facts, zone)))
        {
            foreach (string of in trusted)
            {
                if (facts.Exposure.Questions?.Forged(of, by, Zone.Host) is not PathAnswer forged)
                {
                    continue;
                }

                // What is open to everybody there is no matter of trust.
                ProtocolPorts[] more = [.. forged.Ports.Where(one => !IsOpenAnyway(facts, by, trusted, one))];
                if (more.Length > 0 && (!forged.Sets.Accepted.IsEmpty || !forged.Sets.Limited.IsEmpty))
                {
                    findings.Add(Finding(facts, of, by, forged, more));
                }
                else if (more.Length > 0)
                {
                    doubts.Add($"whether {Reach.Words(by)} is believed to be {Reach.Words(of)} hangs on a rule that cannot be interpreted");
                }
            }
        }

        return Outcome.Of(findings, $"packets with addresses of {string.Join(" and ", trusted.Select(Reach.Words))} are dropped on every other interface, or get no more than anybody there", doubts.Count == 0 ? null : doubts[0]);
    }

    // Whether everybody there gets that anyway. Of the Internet anybody is asked about, forgers among them: what everybody else gets there is what counts.
    private static bool IsOpenAnyway(AuditFacts facts, string by, string[] trusted, ProtocolPorts forged)
    {
        ZoneEntry[] entries = [.. facts.Zones.Find(by)!.Entries];
        if (entries.All(static entry => entry.Sources is not null))
        {
            return Within(forged, Ways.Between(facts, by, Zone.Host)?.Ports ?? []);
        }

        // Where a forger gets everything, one port that no rule names tells as a rule that the others do not: all ports of thousands of rules are dear.
        return !(ProtocolNames.HasPorts(forged.Protocol) && facts.Exposure.Ruleset is Ruleset ruleset && UnnamedPort.Of(ruleset) is int other && forged.Ports.Contains(other)
                && !Within(forged with { Ports = PortSet.Of([ValueRange.Single((UInt128)other)]) }, Honest(facts, entries, trusted, forged.Protocol, ValueRange.Single((UInt128)other))))
            && Within(forged, Honest(facts, entries, trusted, forged.Protocol, new ValueRange(forged.Ports.Ranges[0].First, forged.Ports.Ranges[^1].Last)));
    }

    private static ImmutableArray<ProtocolPorts> Honest(AuditFacts facts, ZoneEntry[] entries, string[] trusted, int protocol, ValueRange ports)
    {
        Destination host = Destinations.Of(facts.Zones.Zones, facts.Host.Network)[^1];
        PrefixSet forged = trusted.SelectMany(zone => facts.Zones.Find(zone)!.Entries).Aggregate(PrefixSet.Empty, static (all, entry) => entry.Sources is null ? all : all.Union(entry.Sources));
        return facts.Exposure.Questions?.Matrix.Paths.Ask(
            new PathQuestion([.. entries], host) { Sources = Destinations.Unicast.Subtract(forged), Protocols = [protocol], Ports = ports }).Ports ?? [];
    }

    private static bool Within(ProtocolPorts forged, ImmutableArray<ProtocolPorts> honest) =>
        honest.FirstOrDefault(one => one.Protocol == forged.Protocol) is { } open && open.Ports.Union(forged.Ports).Equals(open.Ports);

    private static Finding Finding(AuditFacts facts, string of, string by, PathAnswer forged, ProtocolPorts[] more)
    {
        string[] devices = [.. forged.Via];
        Remedy remedy = FirewallRemedies.OwnTable(
            facts, "Drop what comes by an interface that no route leads back to.", "prerouting", -350, $"iifname {FirewallRemedies.Names(devices)} fib saddr . iif oif missing drop", Risk.Lockout);
        return new Finding(
            $"{of} forged from {by}", $"whoever in {Reach.Words(by)} forges an address of {Reach.Words(of)} gets to the host at {PathWords.Ports([.. more])}, which nobody there gets otherwise",
            remedy with { Steps = [.. remedy.Steps, "# not where packets may come by another way than answers go (two uplinks): there name the addresses, iifname … ip saddr … drop"] })
        {
            Severity = by == Zone.Internet ? null : Severity.Medium,
            Evidence =
            [
                .. RuleEvidence.Of(facts, forged.Sets, $"{Reach.Words(by)} with a forged address"),
                .. devices.Take(4).Select(device => Evidence.OfSetting($"net.ipv4.conf.{device}.rp_filter", facts.Host.Network.Sysctls.GetValueOrDefault($"net.ipv4.conf.{device}.rp_filter", "?"))),
            ],
        };
    }
}
