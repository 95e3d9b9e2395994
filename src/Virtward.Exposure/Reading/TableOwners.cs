using System.Collections.Immutable;
using Virtward.Exposure.Rulesets;

namespace Virtward.Exposure.Reading;

/// <summary>Which program made a table or chain, told from names: for explanations, never for verdicts.</summary>
public static class TableOwners
{
    /// <summary>What iptables' own chains hold is written by hand or by a script.</summary>
    public const string Iptables = "iptables";

    private static readonly ImmutableArray<string> BuiltIn = ["PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING", "BROUTING"];

    private static readonly ImmutableArray<TableOwner> Owners =
    [
        new("virtward", "virtward*", null),
        new("firewalld", "firewalld", null),
        new("firewalld", "firewalld_*", null),
        new("libvirt", "libvirt_network", null),
        new("libvirt", null, "LIBVIRT_*"),
        new("libvirt", null, "libvirt-*"),
        new("libvirt", null, "FI-vnet*"),
        new("libvirt", null, "FO-vnet*"),
        new("libvirt", null, "HI-vnet*"),
        new("libvirt", null, "FJ-vnet*"),
        new("libvirt", null, "HJ-vnet*"),
        new("docker", "docker-bridges", null),
        new("docker", null, "DOCKER*"),
        new("fail2ban", "f2b-*", null),
        new("fail2ban", null, "f2b-*"),
        new("fail2ban", null, "fail2ban-*"),
        new("crowdsec", "crowdsec*", null),
        new("crowdsec", null, "CROWDSEC*"),
        new("ufw", null, "ufw-*"),
        new("ufw", null, "ufw6-*"),
        new("kubernetes", "kube-*", null),
        new("kubernetes", null, "KUBE-*"),
        new("kubernetes", null, "cali-*"),
        new("kubernetes", null, "CILIUM_*"),
        new("kubernetes", null, "FLANNEL-*"),
        new("cni", null, "CNI-*"),
        new("cni", "cni_*", null),
        new("netavark", "netavark", null),
        new("netavark", null, "NETAVARK*"),
        new("NetworkManager", "nm-*", null),
        new("NetworkManager", null, "nm-sh-*"),
        new("NetworkManager", null, "nm-mark-*"),
        new("LXD/Incus", "lxd", null),
        new("LXD/Incus", "incus", null),
        new("LXD/Incus", "lxc", null),
        new("Proxmox", "proxmox-firewall*", null),
        new("Proxmox", null, "PVEFW*"),
        new("Proxmox", null, "tap*i0-"),
        new("Proxmox", null, "GROUP-*-IN"),
        new("Proxmox", null, "GROUP-*-OUT"),
        new("sshguard", "sshguard", null),
        new("sshguard", null, "sshguard*"),
        new("Tailscale", null, "ts-*"),
    ];

    /// <summary>The short name of the program that a chain belongs to; empty where unknown.</summary>
    /// <param name="table">The table.</param>
    /// <param name="chain">A chain of it; null: the table as a whole.</param>
    public static string Of(Table table, Chain? chain)
    {
        foreach (TableOwner owner in Owners)
        {
            if (owner.Table is not null ? Fits(owner.Table, table.Name) : chain is not null && Fits(owner.Chain!, chain.Name))
            {
                return owner.Name;
            }
        }

        // Into a table that iptables made an admin may put a chain of his own with nft: iptables attaches only those that are built in.
        return table.Origin is TableOrigin.IptablesNft or TableOrigin.IptablesLegacy && (chain?.Base is null || BuiltIn.Contains(chain.Name)) ? Iptables : "";
    }

    /// <summary>A name, or its beginning before <c>*</c>, with one more piece after it where something follows.</summary>
    private static bool Fits(string pattern, string name)
    {
        int star = pattern.IndexOf('*', StringComparison.Ordinal);
        return star < 0
            ? name == pattern
            : name.StartsWith(pattern.AsSpan(0, star), StringComparison.Ordinal) && name.AsSpan(star).Contains(pattern.AsSpan(star + 1), StringComparison.Ordinal);
    }
}
