using System.Collections.Immutable;
using Virtward.Core.Policy;
using Virtward.Core.Snapshots;
using Virtward.Hardening.Inventory.Access;
using Virtward.Hardening.Inventory.Firewall;
using Virtward.Hardening.Inventory.Guarding;
using Virtward.Hardening.Inventory.Hypervisor;
using Virtward.Hardening.Inventory.Kernel;
using Virtward.Hardening.Inventory.Network;
using Virtward.Hardening.Inventory.Package;
using Virtward.Hardening.Inventory.Ssh;
using Virtward.Hardening.Inventory.Unit;

namespace Virtward.Hardening.Inventory;

/// <summary>
/// What a plan reads of a host: all of <see cref="AuditSources"/> that a maker of changes or the pre-flight looks at. Left out is what only tells an audit how things
/// stand, and costs most of its time: which updates wait, what runs from before, journals, backups, what lies in images, sandboxes, the clock. A maker that looks at something
/// else has it added here; PlanSourcesTests hold each maker against what it gets.
/// </summary>
public static class PlanSources
{
    // systemd looks through all its directories for each unit file that it lists, so that only those are asked for whose state at boot somebody looks at.
    private static readonly ImmutableArray<string> UnitFiles =
    [
        "ssh.service", "ssh.socket", "sshd.service", "sshd.socket", "libvirtd*", "virt*", "ctrl-alt-del.target", "debug-shell.service", "kdump.service", "audit*.service",
        "systemd-resolved.service", "dnsmasq.service", "fail2ban.service", "virtward*.service", "chrony*.service", "systemd-timesyncd.service", "ntp*.service", "openntpd.service", "apt-daily*.timer", "dnf*automatic*.timer", .. FirewallSources.UnitNames,
    ];

    /// <summary>All of it.</summary>
    /// <param name="policy">What the host should be: it names units.</param>
    public static SnapshotSources For(HostPolicy policy) => SnapshotSources.Join(
        AuditSources.Release,
        SshSources.All,
        KernelSources.All,
        FirewallSources.All,
        HypervisorSources.All with { Commands = [], FollowUps = [ImageQuestions.Rights] },
        NetworkSources.All,
        PackageSources.All,
        UnitSources.All with { Commands = [.. UnitSources.All.Commands.Select(source => source.Name == UnitSources.UnitFiles ? Only(source, [.. UnitFiles, .. policy.Software.MaskedUnits]) : source)] },
        AccessSources.All with
        {
            Commands = [.. AccessSources.All.Commands.Where(static source => source.Name is not (AccessSources.AuditDenials or AccessSources.JournalDenials))],
            FollowUps = [],
        },
        GuardingSources.All with { Commands = [] },
        UpdateSources.All with { Commands = [], States = UpdateSources.All.States.Remove(UpdateSources.RunningPrograms) });

    private static CommandSource Only(CommandSource source, IEnumerable<string> patterns) =>
        source with { Command = source.Command with { Arguments = [.. source.Command.Arguments, "--", .. patterns.Distinct(StringComparer.Ordinal)] }, InRoot = null };
}
