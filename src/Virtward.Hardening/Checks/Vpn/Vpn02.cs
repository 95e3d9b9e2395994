using System.Collections.Immutable;
using System.Globalization;
using Virtward.Core.Net;
using Virtward.Core.Snapshots;
using Virtward.Exposure.Zones;
using Virtward.Hardening.Inventory;
using Virtward.Hardening.Inventory.Network;

namespace Virtward.Hardening.Checks.Vpn;

/// <summary>VPN-02: peers of the VPN speak for themselves only, and keys are root's.</summary>
public static class Vpn02
{
    private const int OthersMode = 0x3F; // 0077
    private const int GroupOrOthersEnter = 0x09; // 0011

    /// <summary>The check.</summary>
    public static readonly Check Check = new()
    {
        Id = "VPN-02",
        Severity = Severity.High,
        Title = "each peer of the VPN may send from its own address only, and keys are readable by root only",
        Why = "Who comes by the VPN is taken for an administrator by his address. A peer with a whole network, or with everything, may take any address on, and the answers to others go to him.",
        Judge = Judge,
    };

    private static Outcome Judge(AuditFacts facts)
    {
        NetworkFacts network = facts.Network;
        string? unseen = Libvirt.Hypervisor.Unseen(network.WireguardProblem, network.OpenVpnProblem);
        OpenVpnConfig[] servers = [.. network.OpenVpn.Where(static config => config.IsServer)];
        if (network.Peers.IsEmpty && network.WireguardFiles.IsEmpty && network.WireguardInterfaces.IsEmpty && servers.Length == 0)
        {
            return unseen is null ? Outcome.NotApplicable("this host runs no VPN") : Outcome.Unknown(unseen);
        }

        List<Finding> findings = [];
        ImmutableArray<Prefix> admin = [.. facts.Policy.Zones.Where(static zone => zone.Name is Zone.Management or Zone.Vpn).SelectMany(static zone => zone.Sources)];
        foreach (IGrouping<(string Interface, string Key), WireguardPeer> peer in network.Peers.GroupBy(static peer => (peer.Interface, peer.Key)))
        {
            Peer(peer.Key.Interface, peer.Key.Key, [.. peer], admin, findings);
        }

        foreach (OpenVpnConfig server in servers)
        {
            OpenVpn(server, findings);
        }

        Modes(facts, findings);
        return Outcome.Of(findings, $"{network.Peers.Select(static peer => peer.Key).Distinct().Count()} peers speak for themselves only, and keys are root's", Libvirt.Hypervisor.Unseen(unseen, facts.Files.StatesProblem));
    }

    private static void Peer(string device, string key, WireguardPeer[] forms, ImmutableArray<Prefix> admin, List<Finding> findings)
    {
        string[] wide = [.. forms.SelectMany(static form => form.AllowedIps).Distinct().Where(text => IsWide(text, admin)).Order(StringComparer.Ordinal)];
        if (wide.Length == 0)
        {
            return;
        }

        bool all = wide.Any(static text => text.EndsWith("/0", StringComparison.Ordinal));
        WireguardPeer seen = forms.First(form => form.AllowedIps.Any(wide.Contains));
        findings.Add(new Finding($"{device}: peer {key}", all ? $"the peer {key}… of {device} may send from any address" : $"the peer {key}… of {device} may send from whole networks: {Libvirt.Hypervisor.List(wide)}", new Remedy(
            "Give each peer its own address only; networks behind a peer belong into the policy's zones.")
        {
            Steps = [$"cp -a /etc/wireguard/{device}.conf /etc/wireguard/{device}.conf.virtward-saved", $"# /etc/wireguard/{device}.conf, at the peer {key}…", "AllowedIPs = 10.8.0.2/32", $"wg syncconf {device} <(wg-quick strip {device})"],
            Risk = Risk.Lockout,
            Undo = $"mv /etc/wireguard/{device}.conf.virtward-saved /etc/wireguard/{device}.conf && wg syncconf {device} <(wg-quick strip {device})",
        })
        {
            Evidence = [seen.Line > 0 ? Evidence.OfLine(seen.Where, seen.Line, $"AllowedIPs = {string.Join(", ", seen.AllowedIps.Take(8))}") : new Evidence(EvidenceKind.Output, seen.Where, $"{device}, {key}…: {string.Join(",", seen.AllowedIps.Take(8))}")],
            Severity = all ? null : Severity.Medium,
        });
    }

    private static bool IsWide(string text, ImmutableArray<Prefix> admin)
    {
        string[] parts = text.Split('/');
        if (!Address.TryParse(parts[0], out Address address))
        {
            return false;
        }

        int length = parts.Length == 2 && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out int read) && read <= address.Bits ? read : address.Bits;
        var prefix = new Prefix(address, length);
        return length < address.Bits && !admin.Any(network => network.Contains(prefix));
    }

    private static void OpenVpn(OpenVpnConfig server, List<Finding> findings)
    {
        Wrong("duplicate-cn", static words => words.Length > 0, "one certificate opens the VPN for many at once: nobody can be told apart or shut out", "# remove duplicate-cn; give each administrator a certificate");
        Wrong("verify-client-cert", static words => words.Length > 1 && words[1] is "none" or "optional", "clients need no certificate", "verify-client-cert require");
        Wrong("client-cert-not-required", static words => words.Length > 0, "clients need no certificate", "# remove client-cert-not-required");
        Wrong("cipher", static words => words.Length > 1 && words[1].Equals("none", StringComparison.OrdinalIgnoreCase), "the VPN does not encrypt", "# remove cipher none; data-ciphers AES-256-GCM:CHACHA20-POLY1305");
        Wrong("client-to-client", static words => words.Length > 0, "clients reach one another past the host's firewall", "# remove client-to-client", Severity.Medium);
        if (!server.Has("tls-auth") && !server.Has("tls-crypt") && !server.Has("tls-crypt-v2"))
        {
            Add("tls-crypt", "strangers may begin a TLS handshake with the VPN: there is no key before it", "tls-crypt /etc/openvpn/server/tls-crypt.key   # openvpn --genkey tls-crypt FILE; clients need it too", Severity.Medium,
                new Evidence(EvidenceKind.File, server.Path, "neither tls-auth, tls-crypt nor tls-crypt-v2"));
        }

        void Wrong(string option, Func<ImmutableArray<string>, bool> isWrong, string what, string line, Severity? severity = null)
        {
            if (server.Words(option) is { IsDefaultOrEmpty: false } words && isWrong(words))
            {
                Add(option, what, line, severity, Evidence.OfLine(server.Path, server.LineOf(option), string.Join(' ', words)));
            }
        }

        void Add(string option, string what, string line, Severity? severity, Evidence evidence) => findings.Add(new Finding($"{server.Path}: {option}", what, new Remedy("Change the server's configuration, with another way in open.")
        {
            Steps = [$"cp -a {server.Path} {server.Path}.virtward-saved", $"# {server.Path}", line, $"systemctl restart openvpn-server@{Path.GetFileNameWithoutExtension(server.Path)}"],
            Risk = Risk.Lockout,
            Undo = $"mv {server.Path}.virtward-saved {server.Path} and restart",
        })
        {
            Evidence = [evidence],
            Severity = severity,
        });
    }

    private static void Modes(AuditFacts facts, List<Finding> findings)
    {
        foreach (FileState state in facts.Files.States.Where(static one => one.Kind == "file" && IsKey(one.Path) && ((one.Mode & OthersMode) != 0 || one.Uid != 0)))
        {
            // A key's group may read it where a daemon of its own needs it so; a configuration with keys in it is root's.
            bool group = state.Uid == 0 && (state.Mode & OthersMode) == 0x20 && state.Path.StartsWith("/etc/openvpn/", StringComparison.Ordinal);
            if (!group && IsReachable(facts, state))
            {
                findings.Add(new Finding(state.Path, "others than root may read the VPN's keys", new Remedy("Give the file to root alone; where others may have read it, make new keys.")
                {
                    Steps = [$"chown root:root {Libvirt.Hypervisor.Quote(state.Path)}", $"chmod 0600 {Libvirt.Hypervisor.Quote(state.Path)}"],
                    Undo = $"chown {state.Uid}:{state.Gid} and chmod {state.ModeText} as before",
                })
                {
                    Evidence = [new Evidence(EvidenceKind.File, state.Path, $"owner {state.Uid}:{state.Gid}, mode {state.ModeText}")],
                });
            }
        }
    }

    // Behind a directory that only root may enter, as /etc/wireguard is on Debian, a file's own mode lets nobody in; its owner is another matter.
    private static bool IsReachable(AuditFacts facts, FileState state) =>
        state.Uid != 0 || facts.Files.State(Path.GetDirectoryName(state.Path) ?? "/") is not FileState directory || directory.Uid != 0 || (directory.Mode & GroupOrOthersEnter) != 0;

    private static bool IsKey(string path) => (path.StartsWith("/etc/wireguard/", StringComparison.Ordinal) && !path.Contains("pub", StringComparison.OrdinalIgnoreCase) && !path.EndsWith(".sh", StringComparison.Ordinal))
        || (path.StartsWith("/etc/openvpn/", StringComparison.Ordinal) && (path.EndsWith(".key", StringComparison.Ordinal) || path.Contains("/private/", StringComparison.Ordinal)));
}
