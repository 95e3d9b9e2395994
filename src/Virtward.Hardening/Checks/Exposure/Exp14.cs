using System.Collections.Immutable;
using Virtward.Core.Snapshots;
using Virtward.Exposure.Matrix;
using Virtward.Exposure.Zones;
using Virtward.Hardening.Inventory;

namespace Virtward.Hardening.Checks.Exposure;

/// <summary>EXP-14.</summary>
public static class Exp14
{
    /// <summary>The check.</summary>
    public static readonly Check Check = new()
    {
        Id = "EXP-14",
        Severity = Severity.High,
        Title = "no container is reached from the Internet",
        Why = "A container engine publishes ports past the firewall: it translates the address before any input rule sees the packet, so ufw and firewalld's zones say nothing. "
            + "A container on a hypervisor shares the kernel that all guests hang on.",
        Judge = Judge,
    };

    private static Outcome Judge(AuditFacts facts)
    {
        if (Reach.Unknown(facts) is string unknown)
        {
            return Outcome.Unknown(unknown);
        }

        bool any = Reach.Has(facts, Zone.Containers) || facts.Host.Listeners.Any(IsProxy) || !facts.Host.ForeignListeners.IsEmpty;
        if (!any)
        {
            return Outcome.NotApplicable("this host has no container's network and no port that an engine publishes");
        }

        ImmutableHashSet<string> devices = [.. facts.Zones.Find(Zone.Containers)?.Entries.SelectMany(static entry => new[] { entry.Device, entry.Interface }) ?? []];
        ImmutableArray<ExposureRow> rows =
        [
            .. Reach.Rows(facts).Where(row => row.Endpoint.Place == EndpointPlace.Published
                ? Reach.Cell(row, Zone.Internet) is Cell cell && cell.Sets.Arrivals.Any(devices.Contains)
                : row.Endpoint.Place == EndpointPlace.Host && row.Endpoint.Service.Name.StartsWith("container-proxy", StringComparison.Ordinal)),
        ];
        Outcome published = Reach.Judge(facts, rows, "no port that a container engine publishes is reached from the Internet", null, static _ => null, Zone.Internet);
        Finding[] direct = [.. Ways.Direct(facts, Zone.Internet, Zone.Containers, "Drop what goes to containers past the ports that are published.")];
        return Outcome.Of([.. published.Findings, .. direct], published.Reason, published.Status == Status.Unknown ? published.Reason : published.Unseen);
    }

    private static bool IsProxy(Listener listener) => listener.Purpose == "container-proxy" || listener.Container is not null;
}
