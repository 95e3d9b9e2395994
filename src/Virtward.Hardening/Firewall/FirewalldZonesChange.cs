using Virtward.Core.Policy;
using Virtward.Hardening.Changes;
using Virtward.Hardening.Checks.Firewall;
using Virtward.Hardening.Inventory;
using Virtward.Hardening.Inventory.Firewall;
using Virtward.Hardening.Makers;

namespace Virtward.Hardening.Firewall;

/// <summary>
/// Interfaces in the firewalld zones that the policy names for them (<c>firewall.firewalld</c>), through firewalld at once; for good where it is kept: in NetworkManager's connection where there is
/// one, for that wins over firewalld's own files, else in those. Which zone is meant is never guessed.
/// </summary>
public static class FirewalldZonesChange
{
    /// <summary>The change's id.</summary>
    public const string Id = "firewall.firewalld-zones";

    private const string Program = "firewall-cmd";

    /// <summary>Makes it.</summary>
    public static MadeChanges Of(AuditFacts facts, HostPolicy policy)
    {
        if (!policy.Firewall.Managed || policy.Firewall.FirewalldZones.IsEmpty || Daemon.Without(facts) is not null)
        {
            return MadeChanges.None;
        }

        List<Step> now = [], lasting = [];
        List<string> notes = [];
        foreach ((string device, string zone) in policy.Firewall.FirewalldZones)
        {
            if (!facts.Host.Network.Interfaces.Any(one => one.Name == device) || Daemon.Config(facts).Find(zone) is null)
            {
                notes.Add($"{device} is not put into firewalld's zone {zone}: the host has no such {(Daemon.Config(facts).Find(zone) is null ? "zone" : "interface")} (FW-10)");
                continue;
            }

            string before = Daemon.ZoneOf(facts, device);
            if (before != zone)
            {
                now.Add(Bound(device, zone, [], Daemon.Config(facts).Effective.Any(one => one.Name == before && one.Interfaces.Contains(device)) ? before : null));
            }

            if (facts.Firewall.Profiles.FirstOrDefault(one => one.Interface == device) is ConnectionProfile profile)
            {
                if (profile.Zone != zone)
                {
                    lasting.Add(new CommandStep(
                        $"zone of the connection {profile.Name}", ["nmcli", "--get-values", "connection.zone", "connection", "show", profile.Name], zone,
                        [["nmcli", "connection", "modify", profile.Name, "connection.zone", zone]], [["nmcli", "connection", "modify", profile.Name, "connection.zone", "{before}"]]));
                }
            }
            else if (!Daemon.Config(facts).Find(zone)!.Interfaces.Contains(device))
            {
                lasting.Add(Bound(device, zone, ["--permanent"], Daemon.Config(facts).Zones.FirstOrDefault(one => one.Interfaces.Contains(device))?.Name));
            }
        }

        return now.Count + lasting.Count == 0 ? notes.Count == 0 ? MadeChanges.None : MadeChanges.Only(notes) : MadeChanges.Of(
            new Change(Id, "put interfaces into the firewalld zones that the policy names", "firewalld judges a packet by the zone of its interface: in the wrong one, what is opened for some is open for others.")
            {
                Risk = ChangeRisk.LockOut,
                Steps = [.. now],
                Lasting = [.. lasting],
            }, notes);
    }

    private static CommandStep Bound(string device, string zone, string[] store, string? before) => new(
        $"{device} in firewalld's {(store.Length == 0 ? "" : "stored ")}zone {zone}", [Program, .. store, $"--zone={zone}", $"--query-interface={device}"], "yes",
        [[Program, .. store, $"--zone={zone}", $"--change-interface={device}"]],
        [before is null ? [Program, .. store, $"--zone={zone}", $"--remove-interface={device}"] : [Program, .. store, $"--zone={before}", $"--change-interface={device}"]])
    {
        SaysNoByCode = true,
    };
}
