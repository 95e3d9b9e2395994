using Virtward.Core.Snapshots;
using Virtward.Exposure.Matrix;
using Virtward.Exposure.Packets;
using Virtward.Exposure.Zones;
using Virtward.Hardening.Inventory;

namespace Virtward.Hardening.Checks.Vpn;

/// <summary>VPN-03: without the VPN the host's administration cannot be reached from the Internet: proved on the rules.</summary>
public static class Vpn03
{
    /// <summary>The check.</summary>
    public static readonly Check Check = new()
    {
        Id = "VPN-03",
        Severity = Severity.Critical,
        Title = "without the VPN nobody in the Internet reaches SSH, consoles or libvirt",
        Why = "That is what the VPN is for. The rules are asked with every packet of the Internet that does not come by the VPN, of both families; what they cannot be proved to keep out counts as open.",
        Judge = Judge,
    };

    private static Outcome Judge(AuditFacts facts)
    {
        if (facts.Exposure.Report is not ExposureReport report)
        {
            return Outcome.Unknown(facts.Exposure.Problem ?? "the firewall's rules are not known");
        }

        string? missing = ((ReadOnlySpan<string>)[SnapshotNames.Listeners, SnapshotNames.Links, SnapshotNames.Addresses, SnapshotNames.Routes, SnapshotNames.Sysctl]).ToArray()
            .Where(name => facts.Snapshot.Text(name) is null).Select(facts.Why).FirstOrDefault();
        int at = report.Zones.ToList().FindIndex(static zone => zone.Name == Zone.Internet);
        if (at < 0)
        {
            return missing is null ? Outcome.Pass("no interface of this host leads to the Internet") : Outcome.Unknown(missing);
        }

        List<Finding> findings = [];
        int asked = 0;
        string? strange = null;
        foreach (ExposureRow row in report.Rows.Where(static row => row.Endpoint.Place == EndpointPlace.Host))
        {
            Cell cell = row.Cells[at];
            if (!IsAdministration(facts, row.Endpoint.Service.Kind))
            {
                // It may be sshd at another port: without root nobody knows.
                bool nobody = row.Endpoint.Owner.Length == 0 && row.Endpoint.Service.Kind == ServiceKind.Other && row.Endpoint.Protocol == ProtocolNames.Tcp;
                strange ??= nobody && cell.Concern != Concern.Closed ? $"whose socket {row.Endpoint.PortText} is, which the Internet reaches, is not to be seen" : null;
                continue;
            }

            asked++;
            if (cell.Concern == Concern.Closed)
            {
                continue;
            }

            bool open = cell.Sets.Accepted.IsDeferred || cell.Sets.Limited.IsDeferred || !cell.Sets.Accepted.IsEmpty || !cell.Sets.Limited.IsEmpty;
            findings.Add(new Finding(row.Endpoint.PortText, $"{row.Endpoint.Name} {(open ? "is reached" : "cannot be proved closed")} from the Internet without the VPN: {cell.Words}", new Remedy("Let the port in by the VPN and the management network only, over a connection that stays open.")
            {
                Steps = [$"virtward exposure explain {row.Endpoint.PortText}   # the rules that let them through", "# the finding of EXP-01 to EXP-04 about the same port has the rules that close it"],
                Risk = Risk.Lockout,
                Undo = "load the saved rules again: keep nft list ruleset > /root/rules.nft before",
            })
            {
                Evidence =
                [
                    new Evidence(EvidenceKind.Socket, row.Endpoint.PortText, row.Endpoint.Owner),
                    new Evidence(EvidenceKind.Rule, $"zone {Zone.Internet}", $"{cell.Words}{(cell.By.IsEmpty ? "" : $", by {Libvirt.Hypervisor.List(cell.By)}")}"),
                ],
            });
        }

        return Outcome.Of(findings, $"none of {asked} services of administration is reached from the Internet's zone", Libvirt.Hypervisor.Unseen(missing, strange));
    }

    // On an edge host and in a lab SSH may be a declared service: EXP-02 asks about it.
    private static bool IsAdministration(AuditFacts facts, ServiceKind kind) =>
        kind is ServiceKind.Console or ServiceKind.Libvirt or ServiceKind.Migration || (kind == ServiceKind.Ssh && facts.Profile == Profile.Isolated);
}
