using System.Collections.Immutable;
using Virtward.Hardening.Checks.Accounts;
using Virtward.Hardening.Checks.Backups;
using Virtward.Hardening.Checks.Bans;
using Virtward.Hardening.Checks.Exposure;
using Virtward.Hardening.Checks.Firewall;
using Virtward.Hardening.Checks.Guests;
using Virtward.Hardening.Checks.Ipv6;
using Virtward.Hardening.Checks.Kernel;
using Virtward.Hardening.Checks.Libvirt;
using Virtward.Hardening.Checks.Logs;
using Virtward.Hardening.Checks.Mac;
using Virtward.Hardening.Checks.Networks;
using Virtward.Hardening.Checks.Services;
using Virtward.Hardening.Checks.Ssh;
using Virtward.Hardening.Checks.Updates;
using Virtward.Hardening.Checks.Vpn;

namespace Virtward.Hardening.Checks;

/// <summary>All checks there are.</summary>
public static class Catalogue
{
    /// <summary>The checks, area by area, each area by number.</summary>
    public static readonly ImmutableArray<Check> All =
    [
        .. ExposureChecks.All, .. FirewallChecks.All, .. SshChecks.All, .. KernelChecks.All, .. Ipv6Checks.All, .. LibvirtChecks.All, .. NetworksChecks.All,
        .. VpnChecks.All, .. UpdatesChecks.All, .. ServicesChecks.All, .. MacChecks.All, .. AccountsChecks.All, .. BansChecks.All, .. LogsChecks.All,
        .. BackupsChecks.All, .. GuestsChecks.All,
    ];

    /// <summary>The check of an id, in whatever case it is written; null: there is none.</summary>
    public static Check? Find(string id) => All.FirstOrDefault(check => check.Id.Equals(id, StringComparison.OrdinalIgnoreCase));
}
