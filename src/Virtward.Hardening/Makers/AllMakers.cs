using Virtward.Core.Policy;
using Virtward.Hardening.Firewall;
using Virtward.Hardening.Inventory;

namespace Virtward.Hardening.Makers;

/// <summary>Every maker of changes besides the firewall's, in the order in which their changes are made.</summary>
public static class AllMakers
{
    /// <summary>
    /// What is to be done on a host: first what only closes doors on the host itself, then what administrators come in by, last what takes its time (packages).
    /// No file is written by two changes.
    /// </summary>
    public static MadeChanges Of(AuditFacts facts, HostPolicy policy) => MadeChanges.Join(
        SysctlChange.Of(facts, policy),
        ModulesChange.Of(facts, policy),
        Ipv6OffChange.Of(facts, policy),
        LibvirtSocketsChange.Of(facts, policy),
        LibvirtConfigChange.Of(facts, policy),
        GuestConsolesChange.Of(facts, policy),
        ImageModesChange.Of(facts, policy),
        SelinuxBooleansChange.Of(facts, policy),
        ResolvedChange.Of(facts, policy),
        DnsmasqChange.Of(facts, policy),
        FirewalldWaysChange.Of(facts, policy),
        UnitsChange.Of(facts, policy),
        FileModesChange.Of(facts, policy),
        SudoChange.Of(facts, policy),
        JournaldChange.Of(facts, policy),
        GuardChange.Of(facts, policy),
        Fail2BanChange.Of(facts, policy),
        SshChange.Of(facts, policy),
        ClockChange.Of(facts, policy),
        PackagesChange.Of(facts, policy),
        UpdatesChange.Of(facts, policy),
        AuditRulesChange.Of(facts, policy));
}
