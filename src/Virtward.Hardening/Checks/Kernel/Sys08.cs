using System.Collections.Immutable;
using System.Text.Json;
using Virtward.Core.Snapshots;
using Virtward.Exposure.Topology;
using Virtward.Exposure.Zones;
using Virtward.Hardening.Inventory;

namespace Virtward.Hardening.Checks.Kernel;

/// <summary>SYS-08.</summary>
public static class Sys08
{
    /// <summary>The check.</summary>
    public static readonly Check Check = new()
    {
        Id = "SYS-08",
        Severity = Severity.Medium,
        Title = "no router advertisement configures this host where its IPv6 is fixed or unused",
        Why = "Anybody in the network, and any guest on a bridge, can advertise itself as a router. A host that believes it gets an address, and a default route through the attacker.",
        Judge = Judge,
    };

    private static Outcome Judge(AuditFacts facts)
    {
        if (KernelJudge.Excuse(facts) is Outcome excuse)
        {
            return excuse;
        }

        NetworkInterface[] devices = [.. KernelJudge.Interfaces(facts)];
        if (devices.Length == 0)
        {
            return Outcome.Unknown("no interface is known");
        }

        if (!V6Settings.Exists(facts))
        {
            return V6Settings.Why(facts) is string why ? Outcome.Unknown(why) : Outcome.NotApplicable("this kernel runs without IPv6");
        }

        ImmutableHashSet<string>? dynamic = Dynamic(facts.Snapshot);
        ImmutableHashSet<string> guests = KernelJudge.Of(facts, Zone.Guests);
        ImmutableHashSet<string> outside = KernelJudge.Of(facts, Zone.Internet);
        var fromGuests = new InterfaceRule(facts, true, "accept_ra");
        var fixedV6 = new InterfaceRule(facts, true, "accept_ra");
        int looked = 0;
        foreach (NetworkInterface device in devices.Where(device => V6Settings.IsOn(facts, device.Name) && device.LinkType == 1))
        {
            looked++;
            if (fixedV6.Read(device.Name) is not int accept)
            {
                continue;
            }

            // 1 stops where the interface forwards; 2 does not.
            bool takes = accept >= 2 || (accept == 1 && facts.Kernel.Number(true, device.Name, "forwarding") != 1);
            if (takes && guests.Contains(device.Name) && !outside.Contains(device.Name))
            {
                fromGuests.Blame(device.Name);
            }
            else if (takes && dynamic is not null && !dynamic.Contains(device.Name))
            {
                fixedV6.Blame(device.Name);
            }
        }

        List<string> unseen = [.. fixedV6.Unseen];
        if (dynamic is null)
        {
            unseen.Add($"which addresses are fixed is not known: {facts.Why(SnapshotNames.Addresses)}");
        }

        Finding?[] findings =
        [
            fromGuests.Finding("guests may tell this host which routes and addresses it has", 0),
            fixedV6.Finding("a router's advertisement would be taken, though no address here comes from one", 0, Risk.Lockout) is Finding uplinks ? uplinks with { Subject = $"{fixedV6.Subject} (uplinks)" } : null,
        ];
        return Outcome.Of(findings.OfType<Finding>(),
            $"{looked} interfaces with IPv6 were looked at", KernelJudge.Join(unseen));
    }

    // Interfaces with an address that a router or a DHCP server gave. null: not known.
    private static ImmutableHashSet<string>? Dynamic(Snapshot snapshot)
    {
        if (snapshot.Text(SnapshotNames.Addresses) is not string text)
        {
            return null;
        }

        try
        {
            using JsonDocument document = JsonDocument.Parse(text);
            ImmutableHashSet<string>.Builder names = ImmutableHashSet.CreateBuilder<string>(StringComparer.Ordinal);
            foreach (JsonElement link in Items(document.RootElement))
            {
                bool given = link.TryGetProperty("addr_info", out JsonElement addresses) && Items(addresses).Any(static address =>
                    address.TryGetProperty("family", out JsonElement family) && family.ValueKind == JsonValueKind.String && family.GetString() == "inet6"
                    && address.TryGetProperty("dynamic", out JsonElement flag) && flag.ValueKind == JsonValueKind.True);
                if (given && link.TryGetProperty("ifname", out JsonElement name) && name.ValueKind == JsonValueKind.String)
                {
                    names.Add(name.GetString()!);
                }
            }

            return names.ToImmutable();
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static IEnumerable<JsonElement> Items(JsonElement element) =>
        element.ValueKind == JsonValueKind.Array ? element.EnumerateArray().Where(static item => item.ValueKind == JsonValueKind.Object) : [];
}
