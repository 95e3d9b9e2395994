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

/// <summary>Everything that an audit reads of a host besides its network and its guests; <c>virtward snapshot</c> saves it.</summary>
public static class AuditSources
{
    /// <summary>Which system it is.</summary>
    internal static readonly SnapshotSources Release = new() { Files = [new FileSource("/etc/os-release", Cleaning.Nothing), new FileSource("/usr/lib/os-release", Cleaning.Nothing)] };

    /// <summary>All of it.</summary>
    public static readonly SnapshotSources All = SnapshotSources.Join(
        Release, SshSources.All, KernelSources.All, FirewallSources.All, HypervisorSources.All, NetworkSources.All, PackageSources.All, UnitSources.All,
        AccessSources.All, GuardingSources.All, UpdateSources.All, SandboxSources.All, ClockSources.All);
}
