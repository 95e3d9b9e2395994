using System.Collections.Immutable;
using Virtward.Core.Policy;
using Virtward.Hardening.Changes;
using Virtward.Hardening.Checks;
using Virtward.Hardening.Checks.Accounts;
using Virtward.Hardening.Checks.Bans;
using Virtward.Hardening.Checks.Firewall;
using Virtward.Hardening.Checks.Kernel;
using Virtward.Hardening.Checks.Libvirt;
using Virtward.Hardening.Checks.Logs;
using Virtward.Hardening.Checks.Mac;
using Virtward.Hardening.Checks.Networks;
using Virtward.Hardening.Checks.Services;
using Virtward.Hardening.Checks.Ssh;
using Virtward.Hardening.Checks.Updates;
using Virtward.Hardening.Firewall;
using Virtward.Hardening.Inventory;

namespace Virtward.Hardening.Makers;

/// <summary>Every maker of changes, and which checks each answers: the one place that says so.</summary>
public static class AllMakers
{
    /// <summary>
    /// Those besides the firewall's, in the order in which their changes are made: first what only closes doors on the host itself, then what administrators come in by,
    /// last what takes its time (packages). No file is written by two changes.
    /// </summary>
    public static readonly ImmutableArray<Maker> All =
    [
        new(SysctlChange.Id, SysctlChange.Of,
            [Sys01.Check, Sys02.Check, Sys03.Check, Sys04.Check, Sys05.Check, Sys06.Check, Sys07.Check, Sys08.Check, Sys09.Check, Sys10.Check, Fw21.Check]) { Answers = static (_, _, finding) => !finding.Remedy.Kernel.IsEmpty },
        new(ModulesChange.Id, ModulesChange.Of, [Sys11.Check]),
        new(Ipv6OffChange.Id, Ipv6OffChange.Of, Checks("V6-02")),
        new(LibvirtSocketsChange.Id, LibvirtSocketsChange.Of, [Lv01.Check, Lv02.Check, .. Checks("EXP-04")]),
        new(LibvirtConfigChange.Id, LibvirtConfigChange.Of, [Lv01.Check, Lv03.Check, Lv04.Check, Lv06.Check, Lv07.Check, Lv17.Check])
        {
            // Of LV-01 it sets what the daemon's own file opens; that check has one finding.
            Answers = static (_, _, finding) => !finding.Remedy.Config.IsEmpty || finding.Subject == Lv01.Subject,
        },
        new(GuestConsolesChange.Id, GuestConsolesChange.Of, [Lv04.Check]) { Answers = static (_, change, finding) => finding.Subject == $"guest {change.Id[GuestConsolesChange.Id.Length..]}: console" },
        new(GuestNamesChange.Id, GuestNamesChange.Of, [Net03.Check]) { Answers = static (_, change, finding) => finding.Subject == $"network {change.Id[GuestNamesChange.Id.Length..]}" },
        new(ImageModesChange.Id, ImageModesChange.Of, [Lv09.Check]),
        new(AppArmorChange.Id, AppArmorChange.Of, [Mac01.Check]) { Answers = static (_, change, finding) => change.Steps.OfType<CommandStep>().Any(step => step.What == $"AppArmor profile {finding.Subject}") },
        new(SelinuxBooleansChange.Id, SelinuxBooleansChange.Of, [Mac02.Check]),
        new(ResolvedChange.Id, ResolvedChange.Of, [Net02.Check]),
        new(DnsmasqChange.Id, DnsmasqChange.Of, [Net01.Check]) { Answers = static (_, _, finding) => finding.Subject == DnsmasqChange.Unit },
        new(FirewalldZonesChange.Id, FirewalldZonesChange.Of, [Fw10.Check])
        {
            Answers = static (_, change, finding) => change.Steps.OfType<CommandStep>().Any(step => step.What.StartsWith(finding.Subject + " in ", StringComparison.Ordinal)),
        },
        new(FirewalldWaysChange.Id, FirewalldWaysChange.Of, [Fw11.Check, Fw13.Check]),
        new(UnitsChange.Id, UnitsChange.Of, [Svc01.Check, Svc03.Check]) { Answers = static (_, change, finding) => change.Steps.OfType<UnitStep>().Any(step => step.Unit == finding.Subject) },
        new(FileModesChange.Id, FileModesChange.Of, [Aut02.Check, Ssh16.Check]) { Answers = static (_, _, finding) => !finding.Remedy.Modes.IsEmpty },
        new(SudoChange.Id, SudoChange.Of, [Aut01.Check]),
        new(JournaldChange.Id, JournaldChange.Of, [Log01.Check]),
        new(GuardChange.Id, GuardChange.Of, [Ban01.Check]),
        new(Fail2BanChange.Id, Fail2BanChange.Of, [Ban01.Check, Ban02.Check, Ban03.Check, Ban04.Check, Ban05.Check, Ban06.Check]),
        new(CryptoPolicyChange.Id, CryptoPolicyChange.Of, [Ssh09.Check]) { Answers = static (_, _, finding) => finding.Subject == "crypto policy" },
        new(SshChange.Id, SshChange.Of,
        [
            Ssh01.Check, Ssh03.Check, Ssh04.Check, Ssh05.Check, Ssh06.Check, Ssh07.Check, Ssh08.Check, Ssh09.Check, Ssh10.Check, Ssh11.Check, Ssh12.Check, Ssh13.Check, Ssh14.Check, Ssh15.Check,
        ])
        {
            // Keys are their owners' to make anew, administrators are people, the moduli are a file of the distribution's, and another sshd ("Port (/etc/ssh/other)") is left alone.
            Answers = static (_, _, finding) => finding.Subject is not ("moduli" or "administrator")
                && !finding.Subject.Contains("key ", StringComparison.Ordinal) && !finding.Subject.Contains(" (/", StringComparison.Ordinal),
        },
        new(ClockChange.Id, ClockChange.Of, [Svc03.Check]) { Answers = static (_, _, finding) => finding.Subject == Svc03.ClockSubject },
        new(PackagesChange.Id, PackagesChange.Of, [Pkg01.Check]) { Answers = static (_, change, finding) => change.Steps.OfType<PackageStep>().Any(step => step.Package == finding.Subject) },
        new(UpdatesChange.Id, UpdatesChange.Of, [Upd01.Check]) { Answers = static (_, _, finding) => finding.Subject != "last run" },
        new(AuditRulesChange.Id, AuditRulesChange.Of, [Mac04.Check]) { Answers = static (_, _, finding) => finding.Subject != "audit enabled" },
        new(DriftTimerChange.Id, DriftTimerChange.Of, []),
    ];

    /// <summary>The firewall's maker. Its change is wanted whatever is there, and told apart from what is there rule by rule: an audit cannot say what of it is missing, only that nothing of it is there.</summary>
    public static readonly Maker Firewall = new(FirewallChange.Id, static (facts, policy) => FirewallChange.Of(policy, facts) is { } change ? MadeChanges.Of(change) : MadeChanges.None, Checks([.. FirewallChange.Checks]))
    {
        Answers = static (facts, _, _) => PolicyParts.Of(facts.Exposure.Ruleset).IsEmpty,
    };

    /// <summary>What is to be done on a host by all of them besides the firewall.</summary>
    public static MadeChanges Of(AuditFacts facts, HostPolicy policy) => MadeChanges.Join(All.Select(maker => maker.Make(facts, policy)));

    /// <summary>The names of the changes that may answer a check; none: an administrator does what is to be done.</summary>
    public static ImmutableArray<string> Answering(string check) =>
        [.. All.Prepend(Firewall).Where(maker => maker.Checks.Any(one => one.Id == check)).Select(static maker => maker.Name)];

    private static ImmutableArray<Check> Checks(params ReadOnlySpan<string> ids)
    {
        ImmutableArray<Check>.Builder checks = ImmutableArray.CreateBuilder<Check>(ids.Length);
        foreach (string id in ids)
        {
            checks.Add(Catalogue.Find(id) ?? throw new InvalidOperationException($"there is no check {id}"));
        }

        return checks.ToImmutable();
    }
}
