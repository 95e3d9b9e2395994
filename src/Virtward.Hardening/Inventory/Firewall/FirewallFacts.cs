using System.Collections.Immutable;
using Virtward.Core.Snapshots;
using Virtward.Hardening.Inventory.Firewall.Firewalld;

namespace Virtward.Hardening.Inventory.Firewall;

/// <summary>Facts: which firewalls run, how they are loaded at boot, and what their own configuration says.</summary>
public sealed class FirewallFacts
{
    private FirewallFacts(Snapshot snapshot)
    {
        FileFacts files = FileFacts.Read(snapshot);
        Units = FirewallUnits.Read(snapshot);
        Firewalld = FirewalldConfig.Read(snapshot);
        Ufw = UfwConfig.Read(snapshot);
        Nftables = NftablesFile.Read(snapshot);
        NftCheck = snapshot.Text(FirewallSources.NftCheck) is null ? snapshot.Missing.GetValueOrDefault(FirewallSources.NftCheck) : "";
        Profiles =
        [
            .. ((string[])["/etc/NetworkManager/system-connections", "/run/NetworkManager/system-connections"])
                .SelectMany(directory => files.In(directory, "*"))
                .Concat(files.In("/etc/sysconfig/network-scripts", "ifcfg-*"))
                .Select(ConnectionProfile.Read).OfType<ConnectionProfile>(),
        ];
        ProfilesProblem = files.WhyIn("/etc/NetworkManager/system-connections") ?? files.WhyIn("/etc/sysconfig/network-scripts");
    }

    /// <summary>The units that load rules at boot.</summary>
    public FirewallUnits Units { get; }

    /// <summary>firewalld's configuration; null: there is none.</summary>
    public FirewalldConfig? Firewalld { get; }

    /// <summary>ufw's configuration; null: there is none.</summary>
    public UfwConfig? Ufw { get; }

    /// <summary>The file that nftables.service loads; null: there is none.</summary>
    public NftablesFile? Nftables { get; }

    /// <summary>What <c>nft -c -f</c> said against that file; empty: nothing; null: it was not asked.</summary>
    public string? NftCheck { get; }

    /// <summary>Stored network connections.</summary>
    public ImmutableArray<ConnectionProfile> Profiles { get; }

    /// <summary>Why not all of them are known; null: they are.</summary>
    public string? ProfilesProblem { get; }

    /// <summary>Whether firewalld runs; null: not known.</summary>
    public bool? FirewalldRuns => Units.Problem is null ? Units.Find("firewalld.service") is { Active: true } : null;

    /// <summary>Reads them; never fails as a whole.</summary>
    public static FirewallFacts Read(Snapshot snapshot)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        return new FirewallFacts(snapshot);
    }
}
