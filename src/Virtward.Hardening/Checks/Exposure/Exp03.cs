using System.Collections.Immutable;
using Virtward.Exposure.Matrix;
using Virtward.Exposure.Zones;
using Virtward.Hardening.Inventory;

namespace Virtward.Hardening.Checks.Exposure;

/// <summary>EXP-03.</summary>
public static class Exp03
{
    /// <summary>The check.</summary>
    public static readonly Check Check = new()
    {
        Id = "EXP-03",
        Severity = Severity.Critical,
        Title = "no guest's screen is reached from the Internet or from guests",
        Why = "VNC and SPICE are a guest's keyboard and screen: whoever reaches them can reboot the guest into single-user mode. VNC's password is eight characters, "
            + "in the clear, and most guests have none. The port is whatever qemu took (5900 and up), not only 5900 to 5903.",
        Judge = Judge,
    };

    private static Outcome Judge(AuditFacts facts)
    {
        ImmutableArray<ExposureRow> rows = [.. Reach.Rows(facts).Where(static row => row.Endpoint is { Place: EndpointPlace.Host, Service.Kind: ServiceKind.Console } && !Exp07.IsChannel(row.Endpoint))];
        string seen = rows.IsEmpty ? "no VNC, SPICE or websocket of a guest listens on an address that others could reach"
            : $"{string.Join(", ", rows.Select(static row => Reach.Name(row.Endpoint)).Take(6))}: reached from neither the Internet nor guests";
        Outcome outcome = Reach.Judge(facts, rows, seen, Reach.Processes(facts), static _ => null, Zone.Internet, Zone.Guests, Zone.Containers);
        return outcome.Status == Status.Fail ? Outcome.Of(outcome.Findings.Select(Bind), "", outcome.Unseen) : outcome;
    }

    // A screen that listens on loopback needs no rule at all.
    private static Finding Bind(Finding finding) => finding with
    {
        Remedy = finding.Remedy with
        {
            Steps =
            [
                .. finding.Remedy.Steps,
                "# and for good: virsh edit GUEST, <graphics type='vnc'><listen type='address' address='127.0.0.1'/></graphics>; it counts from the guest's next start",
            ],
        },
    };
}
