using System.Collections.Immutable;
using Virtward.Core.Net;
using Virtward.Exposure.Zones;
using Virtward.Hardening.Inventory;
using Virtward.Hardening.Inventory.Guarding;

namespace Virtward.Hardening.Checks.Bans;

/// <summary>The administrators' own networks cannot be banned.</summary>
public static class Ban04
{
    /// <summary>The check.</summary>
    public static readonly Check Check = new()
    {
        Id = "BAN-04",
        Severity = Severity.Critical,
        Title = "the management network, the VPN and the host's own addresses can never be banned",
        Why = "One mistyped password too many, or one forged packet, and the administrator has banned himself from a machine that he reaches by network only, or the host its own gateway.",
        Judge = Judge,
    };

    private static Outcome Judge(AuditFacts facts)
    {
        if (BanEngines.Without(facts) is Outcome none)
        {
            return none;
        }

        if (!BanEngines.Fail2Ban(facts))
        {
            return Outcome.Pass("virtward takes its own addresses, gateways, resolvers, the zones management and vpn, and whoever is logged in out of every ban");
        }

        if (facts.Guarding.Fail2Ban is not Fail2BanConfig config || config.Problem is not null)
        {
            return Outcome.Unknown(BanEngines.Fail2BanUnseen(facts)!);
        }

        ImmutableArray<(string Zone, Prefix Prefix)> needed = [.. Needed(facts).Distinct()];
        var findings = new List<Finding>();
        string? unseen = null;
        foreach (Fail2BanJail jail in config.Jails)
        {
            if (jail.Find("ignorecommand") is FoundSetting { Value.Length: > 0 } command)
            {
                unseen ??= $"jail {jail.Name} asks a program whom to spare: {command.Value}";
                continue;
            }

            (string Zone, Prefix Prefix)[] lacking = [.. needed.Where(one => !jail.Ignored.Any(ignored => ignored.Contains(one.Prefix)))];
            if (lacking.Length > 0)
            {
                findings.Add(new Finding($"jail {jail.Name}",
                    $"it may ban {string.Join(", ", lacking.Select(static one => $"{one.Prefix} ({one.Zone})"))}", Ignore(needed))
                {
                    Evidence = [BanEngines.Told(jail, "ignoreip")],
                    Severity = lacking.Any(static one => one.Zone is Zone.Management or Zone.Vpn) ? null : Severity.Medium,
                });
            }
            else if (needed.IsEmpty && jail.Ignored.All(static ignored => IsLoopback(ignored)))
            {
                findings.Add(new Finding($"jail {jail.Name}", "it may ban everybody, the administrators too",
                    Ignore([("management", Prefix.Parse("192.0.2.0/24"))])) { Evidence = [BanEngines.Told(jail, "ignoreip")], Severity = Severity.Medium });
            }

            if (IniFile.Switch(jail.Find("ignoreself")?.Value ?? "true") == false)
            {
                findings.Add(new Finding($"jail {jail.Name} ignoreself", "it may ban the host's own addresses",
                    Ignore(needed)) { Evidence = [BanEngines.Told(jail, "ignoreself")], Severity = Severity.Medium });
            }
        }

        return Outcome.Of(findings, "every jail of Fail2Ban spares the management network, the VPN and the host itself", unseen);
    }

    /// <summary>The networks that must never be banned, with their zones. Zones without sources are everybody who comes in by their interface: its networks then.</summary>
    internal static IEnumerable<(string Zone, Prefix Prefix)> Needed(AuditFacts facts)
    {
        foreach (Zone zone in new[] { Zone.Management, Zone.Vpn }.Select(facts.Zones.Find).OfType<Zone>())
        {
            foreach (ZoneEntry entry in zone.Entries)
            {
                IEnumerable<Prefix> prefixes = entry.Sources is { } sources && sources.RangeCount < 50
                    ? sources
                    : facts.Host.Network.Interfaces.Where(link => link.Name == entry.Interface).SelectMany(static link => link.Addresses)
                        .Select(static address => address.Network);
                foreach (Prefix prefix in prefixes.Where(static prefix => prefix.Length > 0 && !IsLinkLocal(prefix)))
                {
                    yield return (zone.Name, prefix);
                }
            }
        }
    }

    private static bool IsLinkLocal(Prefix prefix) => Prefix.Parse("fe80::/10").Contains(prefix);

    private static bool IsLoopback(Prefix prefix) => Prefix.Parse("127.0.0.0/8").Contains(prefix) || prefix == Prefix.Parse("::1/128");

    private static Remedy Ignore(ImmutableArray<(string Zone, Prefix Prefix)> needed) => new("Put them on the list of those who are never banned.")
    {
        Steps =
        [
            "# /etc/fail2ban/jail.d/99-virtward.local", "[DEFAULT]", "ignoreself = true",
            $"ignoreip = 127.0.0.0/8 ::1 {string.Join(' ', needed.Select(static one => one.Prefix))}".TrimEnd(),
            "fail2ban-client --test", "systemctl reload fail2ban",
        ],
        Undo = "Remove /etc/fail2ban/jail.d/99-virtward.local; systemctl reload fail2ban.",
    };
}
