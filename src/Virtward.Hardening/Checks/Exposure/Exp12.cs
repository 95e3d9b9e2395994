using System.Collections.Immutable;
using Virtward.Exposure.Facts.Guests;
using Virtward.Exposure.Matrix;
using Virtward.Exposure.Topology;
using Virtward.Exposure.Zones;
using Virtward.Hardening.Inventory;

namespace Virtward.Hardening.Checks.Exposure;

/// <summary>EXP-12.</summary>
public static class Exp12
{
    /// <summary>The check.</summary>
    public static readonly Check Check = new()
    {
        Id = "EXP-12",
        Severity = Severity.High,
        Title = "guests on a bridge with an uplink are shielded from the wire",
        Why = "Frames between a bridge's uplink and a guest pass below the host's IP rules: whoever is on that wire is the guest's neighbour, whatever firewalld or ufw say. Only rules of the "
            + "bridge family, nwfilter or the guest's own firewall stand there.",
        Judge = Judge,
    };

    private static Outcome Judge(AuditFacts facts)
    {
        if (Reach.Unknown(facts) is string unknown)
        {
            return Outcome.Unknown(unknown);
        }

        ImmutableArray<NetworkInterface> ports = [.. facts.Host.Network.Interfaces.Where(static one => one.Master is not null)];
        string[] guests = [.. facts.Zones.Find(Zone.Guests)?.Entries.Select(static entry => entry.Device) ?? []];
        ZoneEntry[] uplinks =
        [
            .. facts.Zones.Zones.Where(static zone => zone.Name is not (Zone.Guests or Zone.Containers)).SelectMany(static zone => zone.Entries)
                .Where(entry => entry.Device != entry.Interface && ports.Any(port => port.Master == entry.Interface && guests.Contains(port.Name))),
        ];
        if (uplinks.Length == 0)
        {
            return Outcome.NotApplicable("no guest shares a bridge with an uplink");
        }

        var findings = new List<Finding>();
        List<string> doubts = [];
        foreach (ZoneEntry uplink in uplinks)
        {
            string zone = facts.Zones.Zones.First(one => one.Entries.Contains(uplink)).Name;
            Guest[] behind = [.. facts.Host.Guests.Where(guest => guest.Interfaces.Any(own => ports.Any(port => port.Name == own.Target && port.Master == uplink.Interface)))];
            foreach (Guest guest in behind)
            {
                ExposureRow[] rows = [.. Reach.Rows(facts).Where(row => row.Endpoint.Place == EndpointPlace.Guest && row.Endpoint.Owner == $"guest {guest.Name}")];
                Cell[] cells = [.. rows.Select(row => Reach.Cell(row, zone)).OfType<Cell>().Where(cell => cell.By.Contains(uplink.Device))];
                bool unknown1 = rows.Length == 0;
                bool rules = facts.Exposure.Ruleset!.Tables.Any(static table => !table.Dormant && table.Family is Virtward.Exposure.Rulesets.Family.Bridge or Virtward.Exposure.Rulesets.Family.Netdev);
                if (unknown1 && rules)
                {
                    doubts.Add($"of guest {guest.Name} no address is known, so that it cannot be said whether the bridge's rules shield it");
                }
                else if (unknown1 || cells.Any(Reach.Is))
                {
                    findings.Add(Finding(facts, guest, uplink, zone, cells));
                }
                else if (cells.Any(Reach.IsUnproven))
                {
                    doubts.Add($"whether the wire of {uplink.Device} reaches guest {guest.Name} hangs on a rule that cannot be interpreted");
                }
            }
        }

        return Outcome.Of(Reach.Merged(findings), $"what comes by {string.Join(", ", uplinks.Select(static entry => entry.Device))} gets to no guest of the bridge", doubts.Count == 0 ? null : doubts[0]);
    }

    private static Finding Finding(AuditFacts facts, Guest guest, ZoneEntry uplink, string zone, Cell[] cells)
    {
        string port = guest.Interfaces.Select(static own => own.Target).OfType<string>().FirstOrDefault() ?? "PORT";
        string open = cells.Length == 0 ? "no rule of the bridge family stands there" : string.Join("; ", cells.Select(static cell => cell.OpenPorts).Distinct());
        return new Finding(
            $"guest {guest.Name}", $"whoever is on the wire of {uplink.Device} ({Reach.Words(zone)}) reaches guest {guest.Name} past the host's IP rules: {open}",
            new Remedy("Filter on the bridge, let libvirt filter at the guest's port, or give the guest a network of its own.") { Risk = Risk.Guests, Undo = "nft delete table bridge virtward" }.With(
                "nft add table bridge virtward", "nft 'add chain bridge virtward forward { type filter hook forward priority 0; policy accept; }'",
                $"nft 'add rule bridge virtward forward iifname \"{uplink.Device}\" oifname \"{port}\" ct state established,related accept'",
                $"nft 'add rule bridge virtward forward iifname \"{uplink.Device}\" oifname \"{port}\" meta protocol {{ ip, ip6 }} tcp dport != {{ 22 }} ct state new drop'    # the ports that are meant to be open",
                "# conntrack on bridges needs the module nf_conntrack_bridge (Linux 5.3 or newer)"))
        {
            Severity = zone == Zone.Internet ? null : Severity.Medium,
            Evidence = [new Evidence(EvidenceKind.Setting, $"bridge {uplink.Interface}", $"{uplink.Device} and {port} are ports of it"), .. cells.SelectMany(cell => RuleEvidence.Of(facts, cell))],
        };
    }
}
