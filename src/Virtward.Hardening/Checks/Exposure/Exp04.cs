using System.Collections.Immutable;
using Virtward.Exposure.Matrix;
using Virtward.Hardening.Inventory;

namespace Virtward.Hardening.Checks.Exposure;

/// <summary>EXP-04.</summary>
public static class Exp04
{
    // IANA: libvirt over TLS.
    private const int Tls = 16514;

    /// <summary>The check.</summary>
    public static readonly Check Check = new()
    {
        Id = "EXP-04",
        Severity = Severity.Critical,
        Title = "libvirt's unencrypted port is reached by nobody, its TLS port by administrators only",
        Why = "Whoever speaks to libvirt defines guests with any of the host's disks in them: it is root on the host, in one step. Port 16509 is unencrypted and often "
            + "without a login.",
        Judge = Judge,
    };

    private static Outcome Judge(AuditFacts facts)
    {
        ImmutableArray<ExposureRow> rows = [.. Reach.Rows(facts).Where(static row => row.Endpoint is { Place: EndpointPlace.Host, Service.Kind: ServiceKind.Libvirt } || IsByName(row.Endpoint))];
        ImmutableArray<ExposureRow> plain = [.. rows.Where(static row => row.Endpoint.Ports.First != Tls)];
        ImmutableArray<ExposureRow> tls = [.. rows.Where(static row => row.Endpoint.Ports.First == Tls)];
        string[] all = [.. facts.Zones.Zones.Select(static zone => zone.Name)];
        string[] others = [.. all.Where(static zone => zone is not (Virtward.Exposure.Zones.Zone.Management or Virtward.Exposure.Zones.Zone.Vpn))];
        string seen = rows.IsEmpty ? "libvirt listens on no network" : "libvirt's sockets are reached by nobody but administrators by TLS";
        Outcome first = Reach.Judge(facts, plain, seen, null, static _ => null, all);
        Outcome second = Reach.Judge(facts, tls, seen, null, static _ => null, others);
        if (first.Status == Status.Unknown || second.Status == Status.Unknown)
        {
            return Outcome.Of([.. first.Findings, .. second.Findings], "", first.Status == Status.Unknown ? first.Reason : second.Reason);
        }

        return Outcome.Of(
            first.Findings.Select(static finding => finding with { Remedy = finding.Remedy with { Steps = [.. finding.Remedy.Steps, "# and for good: systemctl mask --now libvirtd-tcp.socket virtproxyd-tcp.socket"] } })
                .Concat(second.Findings),
            seen, string.Join("; ", new[] { first.Unseen, second.Unseen }.Where(static text => text.Length > 0)));
    }

    private static bool IsByName(Endpoint endpoint) => endpoint.Place == EndpointPlace.Host && endpoint.Protocol == 6 && (int)endpoint.Ports.First is 16509 or Tls;
}
