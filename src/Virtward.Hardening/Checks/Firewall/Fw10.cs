using Virtward.Core.Snapshots;
using Virtward.Exposure.Zones;
using Virtward.Hardening.Inventory;
using Virtward.Hardening.Inventory.Firewall;
using Virtward.Hardening.Inventory.Firewall.Firewalld;

namespace Virtward.Hardening.Checks.Firewall;

/// <summary>FW-10.</summary>
public static class Fw10
{
    /// <summary>The check.</summary>
    public static readonly Check Check = new()
    {
        Id = "FW-10",
        Severity = Severity.Critical,
        Title = "each interface is in the firewalld zone that is meant for it",
        Why = "firewalld judges by the interface's zone. An uplink in a zone that accepts everything has no firewall; a guests' bridge that somebody put into a zone of his own is "
            + "back in libvirt's zone seconds after the next reload; and where the Internet and the management network share a zone, what is opened for one is open for both.",
        Judge = Judge,
    };

    private static Outcome Judge(AuditFacts facts)
    {
        if (Daemon.Without(facts) is Outcome without)
        {
            return without;
        }

        if (facts.Zones.Zones.All(static zone => zone.Entries.IsEmpty))
        {
            return Outcome.Unknown("which interfaces the host has is not known");
        }

        FirewalldConfig config = Daemon.Config(facts);
        ILookup<string, string> byZone = Daemon.Interfaces(facts);
        var findings = new List<Finding>();
        foreach (string device in Daemon.Outer(facts).Order(StringComparer.Ordinal))
        {
            FirewalldZone? zone = config.Effective.FirstOrDefault(one => one.Name == Daemon.ZoneOf(facts, device));
            if (zone is { Target: "ACCEPT" })
            {
                findings.Add(new Finding(
                    device, $"{device} leads to the Internet and is in the zone {zone.Name}, which accepts everything",
                    Move(facts, device, "public", zone.Name, Risk.Lockout)) { Evidence = [Daemon.Evidence(facts, zone, "target", $"target: {zone.Target}, interfaces: {string.Join(' ', zone.Interfaces)}")] });
            }
        }

        foreach (IGrouping<string, string> zone in byZone)
        {
            string[] outer = [.. zone.Intersect(Daemon.Outer(facts))];
            string[] inner = [.. zone.Intersect(Of(facts, Zone.Management).Concat(Of(facts, Zone.Vpn)).Concat(Of(facts, Zone.Guests)))];
            if (outer.Length > 0 && inner.Except(outer).Any())
            {
                string other = inner.Except(outer).First();
                findings.Add(new Finding(
                    $"zone {zone.Key}", $"{string.Join(", ", inner.Except(outer))} shares the zone {zone.Key} with {string.Join(", ", outer)}, which leads to the Internet: what is opened for one is open for both",
                    Move(facts, other, Of(facts, Zone.Guests).Contains(other) ? "libvirt" : "internal", zone.Key, Risk.Lockout))
                {
                    Severity = Severity.High,
                    Evidence = [.. outer.Concat(inner).Distinct().Select(device => new Evidence(EvidenceKind.Setting, $"firewalld's zone of {device}", Daemon.ZoneOf(facts, device)))],
                });
            }
        }

        findings.AddRange(Bridges(facts, config));
        findings.AddRange(Contradictions(facts, config));
        string told = string.Join(", ", byZone.OrderBy(static zone => zone.Key, StringComparer.Ordinal).Select(static zone => $"{zone.Key}: {string.Join(' ', zone)}"));
        return Outcome.Of(findings.GroupBy(static one => one.Subject).Select(static group => group.First()), $"interfaces by zone: {told}", Daemon.Unseen(facts));
    }

    private static IEnumerable<string> Of(AuditFacts facts, string zone) => facts.Zones.Find(zone)?.Entries.Select(static entry => entry.Interface).Distinct() ?? [];

    // libvirt puts its bridges into its own zone whenever firewalld reloads, unless the network itself names another.
    private static IEnumerable<Finding> Bridges(AuditFacts facts, FirewalldConfig config)
    {
        foreach (string bridge in facts.Host.GuestNetworks.Where(static network => network is { Active: true, Forward: "nat" or "route" or "none" or "open" }).Select(static network => network.Bridge).OfType<string>())
        {
            foreach (FirewalldZone stored in config.Zones.Where(zone => zone.Interfaces.Contains(bridge) && !IsLibvirts(zone.Name) && !NetworkNames(facts, zone.Name)))
            {
                yield return new Finding(
                    bridge, $"{bridge} is stored in the zone {stored.Name}, and libvirt takes it back to its own at every reload: it is in {Daemon.ZoneOf(facts, bridge)} now",
                    new Remedy($"Let the libvirt network name the zone, or take {bridge} out of {stored.Name}.") { Risk = Risk.Guests, Undo = "virsh net-define the saved XML" }.With(
                        $"virsh net-edit NETWORK    # <bridge name='{bridge}' zone='{stored.Name}'/>, then virsh net-destroy and net-start: its guests are cut off meanwhile",
                        $"# or: firewall-cmd --permanent --zone={stored.Name} --remove-interface={bridge} && firewall-cmd --reload"))
                {
                    Severity = Severity.High,
                    Evidence = [Daemon.Evidence(facts, stored, bridge, bridge)],
                };
            }
        }
    }

    private static bool IsLibvirts(string zone) => zone.StartsWith("libvirt", StringComparison.Ordinal);

    private static bool NetworkNames(AuditFacts facts, string zone) => facts.Snapshot.StartingWith(SnapshotNames.Libvirt)
        .Any(file => file.Value.Contains($"zone='{zone}'", StringComparison.Ordinal) || file.Value.Contains($"zone=\"{zone}\"", StringComparison.Ordinal));

    private static IEnumerable<Finding> Contradictions(AuditFacts facts, FirewalldConfig config)
    {
        foreach (ConnectionProfile profile in facts.Firewall.Profiles.Where(static profile => profile.Zone.Length > 0 && profile.Interface.Length > 0))
        {
            FirewalldZone? stored = config.Zones.FirstOrDefault(zone => zone.Name != profile.Zone && zone.Interfaces.Contains(profile.Interface));
            if (stored is not null || config.Find(profile.Zone) is null)
            {
                string what = stored is not null
                    ? $"the connection {profile.Name} puts {profile.Interface} into the zone {profile.Zone}, firewalld's own file into {stored.Name}: the connection wins"
                    : $"the connection {profile.Name} puts {profile.Interface} into the zone {profile.Zone}, which firewalld does not have: it falls into the default zone, {config.DefaultZone}";
                yield return new Finding(profile.Interface, what,
                    new Remedy("Say the zone in one place: the connection.") { Risk = Risk.Lockout, Undo = $"nmcli connection modify \"{profile.Name}\" connection.zone {profile.Zone}" }
                        .With($"nmcli connection modify \"{profile.Name}\" connection.zone ZONE", $"nmcli device reapply {profile.Interface}"))
                {
                    Severity = Severity.High,
                    Evidence = [new Evidence(EvidenceKind.File, profile.Path, $"zone={profile.Zone}"), .. stored is null ? [] : new[] { Daemon.Evidence(facts, stored, profile.Interface, profile.Interface) }],
                };
            }
        }
    }

    private static Remedy Move(AuditFacts facts, string device, string to, string from, Risk risk)
    {
        ConnectionProfile? profile = facts.Firewall.Profiles.FirstOrDefault(one => one.Interface == device);
        Remedy remedy = new($"Put {device} into the zone {to} (or one of your own), with SSH open there first.") { Risk = risk };
        return profile is not null || facts.Units.IsActive("NetworkManager.service")
            ? (remedy with { Undo = $"nmcli connection modify \"{profile?.Name ?? device}\" connection.zone {from} && nmcli device reapply {device}" })
                .With($"firewall-cmd --permanent --zone={to} --add-service=ssh && firewall-cmd --reload", $"nmcli connection modify \"{profile?.Name ?? device}\" connection.zone {to}", $"nmcli device reapply {device}")
            : (remedy with { Undo = $"firewall-cmd --permanent --zone={from} --change-interface={device} && firewall-cmd --reload" })
                .With($"firewall-cmd --permanent --zone={to} --add-service=ssh", $"firewall-cmd --permanent --zone={to} --change-interface={device}", "firewall-cmd --reload");
    }
}
