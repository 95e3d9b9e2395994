using Virtward.Core.Snapshots;

namespace Virtward.Hardening.Tests.Support;

/// <summary>Kernel settings for tests: those of a hardened host with guests, changed where a test says so.</summary>
internal static class KernelTexts
{
    private static readonly string[] Devices = ["all", "default", "lo", "eth0", "eth1", "virbr0"];

    /// <summary>The test host with a hardened kernel, and some settings other than that.</summary>
    public static TestHost Hardened(params string[] lines) => new TestHost().Text(SnapshotNames.Sysctl, Sysctls(lines));

    /// <summary>The settings.</summary>
    public static string Sysctls(params string[] lines)
    {
        var settings = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["net.ipv4.ip_forward"] = "1", ["net.ipv4.icmp_echo_ignore_broadcasts"] = "1", ["net.ipv4.icmp_ignore_bogus_error_responses"] = "1",
            ["net.ipv4.tcp_syncookies"] = "1", ["net.ipv4.tcp_rfc1337"] = "1", ["net.core.bpf_jit_harden"] = "2", ["kernel.kptr_restrict"] = "2",
            ["kernel.dmesg_restrict"] = "1", ["kernel.perf_event_paranoid"] = "3", ["kernel.unprivileged_bpf_disabled"] = "1", ["kernel.yama.ptrace_scope"] = "1",
            ["kernel.randomize_va_space"] = "2", ["kernel.kexec_load_disabled"] = "1", ["kernel.sysrq"] = "0", ["fs.protected_hardlinks"] = "1",
            ["fs.protected_symlinks"] = "1", ["fs.protected_fifos"] = "2", ["fs.protected_regular"] = "2", ["fs.suid_dumpable"] = "0",
        };
        foreach (string device in Devices)
        {
            foreach ((string name, string value) in new[]
            {
                ("rp_filter", "1"), ("accept_redirects", "0"), ("secure_redirects", "0"), ("send_redirects", "0"), ("accept_source_route", "0"), ("log_martians", device == "eth0" ? "1" : "0"),
                ("forwarding", "1"), ("arp_ignore", "1"), ("arp_announce", "2"), ("route_localnet", "0"),
            })
            {
                settings[$"net.ipv4.conf.{device}.{name}"] = value;
            }

            foreach ((string name, string value) in new[] { ("accept_redirects", "0"), ("accept_source_route", "0"), ("accept_ra", "0"), ("forwarding", "0"), ("disable_ipv6", "0") })
            {
                settings[$"net.ipv6.conf.{device}.{name}"] = value;
            }
        }

        foreach (string line in lines)
        {
            string[] parts = line.Split(" = ");
            if (parts.Length == 1)
            {
                settings.Remove(parts[0]);
            }
            else
            {
                settings[parts[0]] = parts[1];
            }
        }

        return string.Concat(settings.Select(static pair => $"{pair.Key} = {pair.Value}\n"));
    }
}
