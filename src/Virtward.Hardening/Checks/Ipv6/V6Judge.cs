using System.Collections.Immutable;
using Virtward.Core.Net;
using Virtward.Core.Snapshots;
using Virtward.Exposure.Answers;
using Virtward.Exposure.Topology;
using Virtward.Hardening.Checks.Kernel;
using Virtward.Hardening.Inventory;

namespace Virtward.Hardening.Checks.Ipv6;

/// <summary>What the checks of IPv6 have in common.</summary>
internal static class V6Judge
{
    /// <summary>Why nothing can be said: interfaces or settings are not known. null: go on.</summary>
    public static Outcome? Excuse(AuditFacts facts) =>
        KernelJudge.Excuse(facts)
        ?? (facts.Host.Network.Interfaces.IsEmpty ? Outcome.Unknown($"no interface is known: {facts.Host.Missing.GetValueOrDefault(SnapshotNames.Links, "the snapshot has none")}") : null)
        ?? (V6Settings.Why(facts) is string why ? Outcome.Unknown(why) : null);

    /// <summary>Whether an address is one of its link only.</summary>
    public static bool IsLinkLocal(Address address) => !address.IsV4 && address.High >> 54 == 0xfe80 >> 6;

    /// <summary>The ports of one set that another has not, some left out.</summary>
    public static ImmutableArray<string> Beyond(PortSet set, PortSet other, HashSet<int> except)
    {
        ImmutableArray<string>.Builder found = ImmutableArray.CreateBuilder<string>();
        int start = -1;
        for (int port = 0; port <= 65536; port++)
        {
            bool extra = port <= 65535 && !except.Contains(port) && set.Contains(port) && !other.Contains(port);
            if (extra && start < 0)
            {
                start = port;
            }
            else if (!extra && start >= 0)
            {
                found.Add(start == port - 1 ? $"{start}" : $"{start}-{port - 1}");
                start = -1;
            }
        }

        return found.ToImmutable();
    }

    /// <summary>The ports of a bridge.</summary>
    public static ImmutableArray<NetworkInterface> PortsOf(AuditFacts facts, string bridge) => [.. facts.Host.Network.Interfaces.Where(one => one.Master == bridge)];

    /// <summary>Running guests' devices on the host, with whose they are and which filter they have.</summary>
    public static ImmutableArray<(string Device, string Guest, string? Filter)> GuestPorts(AuditFacts facts) =>
        [.. facts.Host.Guests.Where(static guest => guest.Running).SelectMany(static guest => guest.Interfaces.Where(static one => one.Target is not null).Select(one => (one.Target!, guest.Name, one.Filter)))];

    /// <summary>Why the guests are not known, or not all; null: they are.</summary>
    public static string? Hidden(AuditFacts facts) => facts.Snapshot.Missing.FirstOrDefault(static pair => pair.Key.StartsWith(SnapshotNames.Libvirt, StringComparison.Ordinal)
        && !pair.Key.StartsWith(SnapshotNames.AgentAddresses, StringComparison.Ordinal)).Value is string reason
        ? $"not all guests are known: {reason}" : null;
}
