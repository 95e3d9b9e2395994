using System.Collections.Immutable;
using Virtward.Core.Snapshots;
using Virtward.Exposure.Matrix;
using Virtward.Hardening.Checks.Exposure;
using Virtward.Hardening.Inventory;
using Virtward.Hardening.Inventory.Hypervisor;

namespace Virtward.Hardening.Checks.Libvirt;

/// <summary>Consoles that are mended and still as they were, since QEMU opens them when the guest is started: how bad that is hangs on who reaches them until then.</summary>
internal static class OldConsoles
{
    /// <summary>A finding about a guest's console, weighed anew where only the running guest is wrong and nobody reaches it.</summary>
    /// <param name="facts">The host.</param>
    /// <param name="guest">The guest.</param>
    /// <param name="wrong">What is wrong with one of its forms.</param>
    /// <param name="finding">The finding.</param>
    public static Finding Weighed(AuditFacts facts, AuditedGuest guest, Func<GuestDefinition, IEnumerable<string>> wrong, Finding finding) =>
        guest.Forms.Any(static form => !form.Running) && guest.Forms.All(form => form.Running || !wrong(form).Any()) && AreShut(facts, guest)
            ? finding with { Severity = Severity.Medium, What = $"{finding.What}; it is mended and holds from the guest's next start, and nobody reaches it until then" }
            : finding;

    private static bool AreShut(AuditFacts facts, AuditedGuest guest)
    {
        Listener[] sockets = [.. facts.Host.Listeners.Where(one => one.Guest == guest.Name && Consoles.IsOpen(one))];
        if (sockets.Length == 0 || Reach.Unknown(facts) is not null)
        {
            return false;
        }

        ImmutableArray<ExposureRow> rows = Reach.Rows(facts);
        return Array.TrueForAll(sockets, socket => rows.Where(row => row.Endpoint.Place == EndpointPlace.Host && row.Endpoint.Protocol == socket.Number && row.Endpoint.Ports.Contains((UInt128)socket.Port))
            .SelectMany(static row => row.Cells).ToArray() is { Length: > 0 } cells && cells.All(static cell => cell.Sets is { Accepted.IsEmpty: true, Limited.IsEmpty: true, Unproven.IsEmpty: true }));
    }
}
