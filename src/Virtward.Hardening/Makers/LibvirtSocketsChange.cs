using System.Collections.Immutable;
using Virtward.Core.Policy;
using Virtward.Hardening.Changes;
using Virtward.Hardening.Checks;
using Virtward.Hardening.Checks.Libvirt;
using Virtward.Hardening.Inventory;
using Virtward.Hardening.Inventory.Unit;

namespace Virtward.Hardening.Makers;

/// <summary>libvirt without TCP, and without TLS where the policy does not ask for it. Its sockets on the host itself stay.</summary>
public static class LibvirtSocketsChange
{
    /// <summary>The change's id.</summary>
    public const string Id = "libvirt.sockets";

    private static readonly ImmutableArray<string> Plain = ["libvirtd-tcp.socket", "virtproxyd-tcp.socket"];
    private static readonly ImmutableArray<string> Tls = ["libvirtd-tls.socket", "virtproxyd-tls.socket"];

    /// <summary>Makes it.</summary>
    public static MadeChanges Of(AuditFacts facts, HostPolicy policy)
    {
        if (!policy.Libvirt.Managed || !facts.Hypervisor.Present)
        {
            return MadeChanges.None;
        }

        string[] units = [.. (policy.Libvirt.Tls ? Plain : [.. Plain, .. Tls]).Where(name => facts.Units.Find(name) is Unit unit && (unit.IsActive || unit.IsEnabled))];
        bool plain = Lv01.Check.Judge(facts).Status == Status.Fail;
        Step[] steps = [.. units.Select(static unit => new UnitStep(unit, UnitBoot.Masked, false))];

        if (steps.Length == 0)
        {
            return MadeChanges.None;
        }

        string service = $"{Hypervisor.Server(facts)}.service";
        return MadeChanges.Of(new Change(Id, "close libvirt's sockets on the network", "Whoever speaks to libvirt owns the host; administrators come by SSH: virsh -c qemu+ssh://HOST/system.")
        {
            Checks = [.. plain ? [Lv01.Check.Id] : Array.Empty<string>(), .. units.Any(Tls.Contains) ? ["LV-02"] : Array.Empty<string>(), "EXP-04"],
            Risk = ChangeRisk.Service,
            Steps = [.. steps],

            // A daemon that was started by the socket goes on listening with it; guests go on without the daemon.
            Effects = facts.Units.IsActive(service) ? [new UnitEffect(service, UnitEffectKind.Restart)] : [],
        });
    }
}
