using System.Collections.Immutable;
using Virtward.Hardening.Inventory;
using Virtward.Hardening.Inventory.Hypervisor;

namespace Virtward.Hardening.Checks.Libvirt;

/// <summary>LV-10: guests cannot send in others' names, and not past the filters.</summary>
public static class Lv10
{
    // What clean-traffic is made of: each keeps a guest from one kind of lie.
    private static readonly ImmutableArray<string> Spoofing = ["no-mac-spoofing", "no-ip-spoofing", "no-arp-spoofing"];
    private const string OnlyKnown = "no-other-l2-traffic";

    /// <summary>The check.</summary>
    public static readonly Check Check = new()
    {
        Id = "LV-10",
        Severity = Severity.Medium,
        Title = "every guest's interface is filtered against spoofing and kept apart",
        Why = "On a bridge a guest may answer for another's address, or the gateway's, and read what was meant for them. libvirt's filters stop that at the guest's own port, also while Virtward is stopped.",
        Judge = Judge,
    };

    private static Outcome Judge(AuditFacts facts)
    {
        if (Hypervisor.NoGuests(facts) is Outcome none)
        {
            return none;
        }

        if (facts.Profile == Profile.Lab)
        {
            return Outcome.NotApplicable("the profile lab does not ask for it");
        }

        HypervisorFacts host = facts.Hypervisor;
        ILookup<string, string> shared = host.Guests.SelectMany(static guest => guest.Current.Nics.Select(nic => (nic.Place, guest.Name)))
            .Distinct().ToLookup(static pair => pair.Place, static pair => pair.Name, StringComparer.Ordinal);
        HashSet<string> isolated = [.. host.Networks.Where(static network => network.IsolatedPorts).Select(static network => $"network {network.Name}")];
        HashSet<string> strict = [.. facts.Host.Network.Interfaces.Where(static one => one.VlanFiltering).Select(static one => one.Name)];
        return Outcome.Of(
            Hypervisor.Each(facts, "interfaces", form => form.Nics.SelectMany(nic => Wrong(host, nic, shared[nic.Place].Count() > 1 && !isolated.Contains(nic.Place), strict)), Remedy),
            "every guest's interface is filtered and kept apart", host.GuestsProblem);
    }

    private static IEnumerable<string> Wrong(HypervisorFacts host, GuestNic nic, bool others, HashSet<string> strict)
    {
        if (nic.TrustsGuest)
        {
            yield return $"{nic.Name}: the host follows the guest's own filter settings (trustGuestRxFilters)";
        }

        if (nic.Mode == "passthrough")
        {
            yield return $"{nic.Name}: it has a device of the host for itself (macvtap passthrough)";
        }

        // No filter reaches a macvtap, a device that was given away, or qemu's own network.
        if (nic.Type is not ("network" or "bridge" or "ethernet"))
        {
            yield break;
        }

        if (nic.Filter.Length == 0)
        {
            yield return $"{nic.Name}: no filter";
        }
        else if (host.Filters.Knows(nic.Filter) || nic.Filter.StartsWith("clean-traffic", StringComparison.Ordinal))
        {
            ImmutableHashSet<string> all = nic.Filter.StartsWith("clean-traffic", StringComparison.Ordinal) && !host.Filters.Knows(nic.Filter)
                ? [.. Spoofing, OnlyKnown]
                : host.Filters.Closure(nic.Filter);
            string[] missing = [.. Spoofing.Where(one => !Has(all, one))];
            if (missing.Length > 0)
            {
                yield return $"{nic.Name}: the filter {nic.Filter} lacks {string.Join(", ", missing)}";
            }
            else if (!all.Contains(OnlyKnown) && !strict.Contains(BridgeOf(host, nic)))
            {
                yield return $"{nic.Name}: frames with a VLAN tag go past the filter {nic.Filter}";
            }
        }
        else
        {
            yield return $"{nic.Name}: the filter {nic.Filter} is not known";
        }

        if (others && !nic.Isolated)
        {
            yield return $"{nic.Name}: it is not isolated from the other guests of {nic.Place}";
        }
    }

    // Of ARP there are three: one of all, or one each for addresses and hardware addresses.
    private static bool Has(ImmutableHashSet<string> all, string one) =>
        all.Contains(one) || (one == "no-arp-spoofing" && all.Contains("no-arp-mac-spoofing") && all.Contains("no-arp-ip-spoofing"));

    private static string BridgeOf(HypervisorFacts host, GuestNic nic) =>
        nic.Bridge.Length > 0 ? nic.Bridge : host.Networks.FirstOrDefault(network => network.Name == nic.Network)?.Bridge ?? "";

    private static Remedy Remedy(AuditedGuest guest) => Hypervisor.EditGuest(
        guest, "Give each interface a filter, and isolate its port.",
        "# inside <interface>:", "#   <filterref filter='clean-traffic'><parameter name='IP' value='GUEST_ADDRESS'/></filterref>", "#   <port isolated='yes'/>   (libvirt 6.1 and newer)",
        "# clean-traffic lets IPv4 and ARP through only: a guest with IPv6 needs a filter of its own");
}
