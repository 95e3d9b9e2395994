using System.Collections.Immutable;
using Virtward.Core.Policy;
using Virtward.Hardening.Changes;
using Virtward.Hardening.Checks;
using Virtward.Hardening.Checks.Libvirt;
using Virtward.Hardening.Inventory;
using Virtward.Hardening.Inventory.Hypervisor;

namespace Virtward.Hardening.Makers;

/// <summary>Settings in libvirt's own files, which have no drop-ins: the lines are edited in place, and everything else in them stays.</summary>
public static class LibvirtConfigChange
{
    /// <summary>The change's id.</summary>
    public const string Id = "libvirt.config";

    private const string Qemu = "/etc/libvirt/qemu.conf";

    private static readonly ImmutableArray<Check> Checks = [Lv03.Check, Lv04.Check, Lv06.Check, Lv07.Check, Lv17.Check];

    /// <summary>Makes it.</summary>
    public static MadeChanges Of(AuditFacts facts, HostPolicy policy)
    {
        if (!policy.Libvirt.Managed || !facts.Hypervisor.Present)
        {
            return MadeChanges.None;
        }

        List<string> answered = [];
        List<ConfigValue> values = [];
        foreach (Check check in Checks)
        {
            foreach (Finding finding in check.Judge(facts).Findings.Where(finding => finding.Remedy.Config.Length > 0 && (policy.Libvirt.LocalConsoles || check.Id != Lv04.Check.Id)))
            {
                answered.Add(check.Id);
                values.AddRange(finding.Remedy.Config);
            }
        }

        // Without systemd's sockets libvirtd --listen opens what its file says.
        if (Lv01.Check.Judge(facts).Status == Status.Fail)
        {
            foreach (LibvirtConfig config in Hypervisor.Daemons(facts, remote: true).Where(static config => config.Is("listen_tcp", "1")))
            {
                answered.Add(Lv01.Check.Id);
                values.Add(new ConfigValue(config.Path, "listen_tcp", "0"));
            }
        }

        List<Step> steps = [];
        foreach (IGrouping<string, ConfigValue> group in values.Distinct().GroupBy(static value => value.Path, StringComparer.Ordinal).OrderBy(static group => group.Key, StringComparer.Ordinal))
        {
            if (facts.Files.Find(group.Key) is ConfigFile file)
            {
                steps.Add(new FileStep(group.Key, group.Aggregate(file.Text, static (text, value) => ConfigText.Set(text, value.Name, value.Value)), ConfigText.Private));
            }
        }

        if (steps.Count == 0)
        {
            return MadeChanges.None;
        }

        string[] units = [.. steps.OfType<FileStep>().Select(step => step.Path.EndsWith("virtproxyd.conf", StringComparison.Ordinal) ? "virtproxyd.service" : $"{Hypervisor.Daemon(facts)}.service").Distinct().Where(facts.Units.IsActive)];
        bool guests = steps.OfType<FileStep>().Any(static step => step.Path == Qemu) && facts.Hypervisor.Guests.Any(static guest => guest.Running);
        return MadeChanges.Of(
            new Change(Id, "set libvirt and QEMU up to confine guests and ask who commands them", "What is set in libvirt's files holds for every guest that does not say otherwise.")
            {
                Checks = [.. answered.Distinct(StringComparer.Ordinal)],
                Risk = ChangeRisk.Service,
                Steps = [.. steps],
                Effects = [.. units.Select(static unit => new UnitEffect(unit, UnitEffectKind.Restart))],
            },
            guests ? ["guests that run take over qemu.conf when they are started again"] : Array.Empty<string>());
    }
}
