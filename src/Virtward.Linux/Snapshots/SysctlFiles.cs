using System.Collections.Immutable;
using System.Text;
using Virtward.Core.Snapshots;

namespace Virtward.Linux.Snapshots;

/// <summary>
/// Kernel settings that decide where packets go, and those that keep processes apart, from /proc/sys, of the network namespace that this runs in. They are named one by one:
/// some others hold secrets (<c>tcp_fastopen_key</c>, <c>stable_secret</c>).
/// </summary>
internal static class SysctlFiles
{
    private static readonly ImmutableArray<string> Single =
    [
        "net/ipv4/ip_forward", "net/ipv4/ip_nonlocal_bind", "net/ipv4/ip_local_port_range", "net/ipv4/ip_unprivileged_port_start",
        "net/ipv4/ip_default_ttl", "net/ipv4/icmp_echo_ignore_all", "net/ipv4/icmp_echo_ignore_broadcasts",
        "net/ipv4/icmp_ignore_bogus_error_responses", "net/ipv4/tcp_syncookies", "net/ipv4/tcp_l3mdev_accept", "net/ipv4/udp_l3mdev_accept",
        "net/ipv4/raw_l3mdev_accept", "net/ipv4/fwmark_reflect", "net/ipv4/tcp_fwmark_accept", "net/ipv4/fib_multipath_hash_policy",
        "net/ipv4/fib_multipath_use_neigh", "net/ipv4/nexthop_compat_mode",
        "net/ipv6/bindv6only", "net/ipv6/ip_nonlocal_bind", "net/ipv6/fwmark_reflect", "net/ipv6/fib_multipath_hash_policy",
        "net/ipv6/icmp/echo_ignore_all", "net/ipv6/icmp/echo_ignore_multicast", "net/ipv6/icmp/echo_ignore_anycast",
        "net/bridge/bridge-nf-call-iptables", "net/bridge/bridge-nf-call-ip6tables", "net/bridge/bridge-nf-call-arptables",
        "net/bridge/bridge-nf-filter-vlan-tagged", "net/bridge/bridge-nf-filter-pppoe-tagged", "net/bridge/bridge-nf-pass-vlan-input-dev",
        "net/netfilter/nf_conntrack_max", "net/netfilter/nf_conntrack_helper", "net/netfilter/nf_conntrack_tcp_loose",
        "net/netfilter/nf_conntrack_tcp_be_liberal", "net/netfilter/nf_conntrack_checksum", "net/netfilter/nf_conntrack_acct",
        "net/vrf/strict_mode", "net/ipv4/tcp_rfc1337", "net/core/bpf_jit_harden",
        "kernel/kptr_restrict", "kernel/dmesg_restrict", "kernel/perf_event_paranoid", "kernel/unprivileged_bpf_disabled", "kernel/yama/ptrace_scope",
        "kernel/randomize_va_space", "kernel/kexec_load_disabled", "kernel/sysrq", "kernel/io_uring_disabled", "kernel/unprivileged_userns_clone",
        "kernel/apparmor_restrict_unprivileged_userns", "kernel/modules_disabled",
        "fs/protected_hardlinks", "fs/protected_symlinks", "fs/protected_fifos", "fs/protected_regular", "fs/suid_dumpable",
        "user/max_user_namespaces",
    ];

    private static readonly ImmutableArray<string> Each4 =
    [
        "forwarding", "rp_filter", "accept_local", "route_localnet", "accept_source_route", "accept_redirects", "secure_redirects",
        "send_redirects", "shared_media", "log_martians", "arp_ignore", "arp_announce", "arp_filter", "arp_accept", "proxy_arp",
        "proxy_arp_pvlan", "src_valid_mark", "bc_forwarding", "mc_forwarding", "ignore_routes_with_linkdown",
        "drop_unicast_in_l2_multicast", "disable_policy", "disable_xfrm",
    ];

    private static readonly ImmutableArray<string> Each6 =
    [
        "forwarding", "force_forwarding", "disable_ipv6", "accept_ra", "accept_ra_defrtr", "accept_redirects", "accept_source_route", "autoconf",
        "proxy_ndp", "mc_forwarding", "ignore_routes_with_linkdown", "drop_unicast_in_l2_multicast", "accept_untracked_na", "seg6_enabled",
        "rpl_seg_enabled", "addr_gen_mode", "use_tempaddr", "disable_policy",
    ];

    /// <summary>Reads them all.</summary>
    public static void Gather(Gathering gathering)
    {
        var text = new StringBuilder();
        foreach (string key in Single)
        {
            Append(text, key, key);
        }

        foreach ((string family, ImmutableArray<string> keys) in new[] { ("ipv4", Each4), ("ipv6", Each6) })
        {
            foreach (string device in Devices($"/proc/sys/net/{family}/conf"))
            {
                foreach (string key in keys)
                {
                    // sysctl(8) writes the dot of a VLAN's name as a slash.
                    Append(text, $"net/{family}/conf/{device}/{key}", $"net/{family}/conf/{device.Replace('.', '\0')}/{key}");
                }
            }
        }

        if (text.Length == 0)
        {
            gathering.Lacks(SnapshotNames.Sysctl, "/proc/sys/net could not be read");
        }
        else
        {
            gathering.Add(SnapshotNames.Sysctl, text.ToString());
        }
    }

    private static void Append(StringBuilder text, string path, string key)
    {
        try
        {
            string value = File.ReadAllText($"/proc/sys/{path}").Trim();
            text.Append(key.Replace('/', '.').Replace('\0', '/')).Append(" = ").Append(value.ReplaceLineEndings(" ")).Append('\n');
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // This kernel has no such setting, or the interface has just gone.
        }
    }

    private static List<string> Devices(string directory)
    {
        try
        {
            return [.. Directory.EnumerateDirectories(directory).Select(static path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
