using System.Globalization;
using Virtward.Exposure.Answers;
using Virtward.Exposure.Matrix;
using Virtward.Exposure.Packets;
using Virtward.Hardening.Checks.Exposure;
using Virtward.Hardening.Inventory;

namespace Virtward.Hardening.Checks.Firewall;

/// <summary>How to close something, in the language of whoever opened it, and in a table of one's own where nobody did.</summary>
internal static class FirewallRemedies
{
    /// <summary>Takes the own table back.</summary>
    public const string UndoTable = "nft delete table inet virtward, and remove the file that loads it";

    // What firewalld calls the ports that it opens by a service's name (/usr/lib/firewalld/services).
    private static readonly Dictionary<string, string> ServiceOf = new(StringComparer.Ordinal)
    {
        ["22/tcp"] = "ssh", ["80/tcp"] = "http", ["443/tcp"] = "https", ["9090/tcp"] = "cockpit", ["16509/tcp"] = "libvirt", ["16514/tcp"] = "libvirt-tls",
        ["53/tcp"] = "dns", ["53/udp"] = "dns", ["67/udp"] = "dhcp", ["547/udp"] = "dhcpv6", ["69/udp"] = "tftp", ["5353/udp"] = "mdns", ["5355/udp"] = "llmnr",
        ["111/tcp"] = "rpc-bind", ["111/udp"] = "rpc-bind", ["631/tcp"] = "ipp", ["631/udp"] = "ipp", ["10050/tcp"] = "zabbix-agent", ["3000/tcp"] = "grafana",
        ["5900/tcp"] = "vnc-server", ["5901/tcp"] = "vnc-server", ["5902/tcp"] = "vnc-server", ["5903/tcp"] = "vnc-server",
    };

    /// <summary>Closes an endpoint to the zones of some cells.</summary>
    public static Remedy Close(AuditFacts facts, Endpoint endpoint, IReadOnlyCollection<Cell> cells)
    {
        string protocol = ProtocolNames.ToText(endpoint.Protocol);
        string ports = endpoint.Ports.IsSingle ? endpoint.Ports.First.ToString(CultureInfo.InvariantCulture)
            : string.Create(CultureInfo.InvariantCulture, $"{endpoint.Ports.First}-{endpoint.Ports.Last}");
        Risk risk = (endpoint.Service.Kind == ServiceKind.Ssh ? Risk.Lockout : Risk.Service) | (endpoint.Place == EndpointPlace.Guest ? Risk.Guests : Risk.None);
        Decision? opener = cells.Select(static cell => RuleEvidence.Opener(cell.Sets)).FirstOrDefault(static decision => decision is not null);
        string owner = opener is null ? "" : RuleEvidence.Owner(facts, opener);
        if (owner == "firewalld" && endpoint.Place == EndpointPlace.Host && ZoneOf(opener!.Chain) is string zone)
        {
            string port = $"{ports}/{protocol}";
            bool byService = ServiceOf.TryGetValue(port, out string? service) && facts.Firewall.Firewalld?.Effective.FirstOrDefault(one => one.Name == zone)?.Services.Contains(service) != false;
            string remove = byService ? $"--remove-service={service}" : $"--remove-port={port}";
            return new Remedy($"Take {(byService ? service : port)} out of firewalld's zone {zone}{Keep(endpoint)}.")
            {
                Risk = risk,
                Undo = $"firewall-cmd --permanent --zone={zone} {remove.Replace("--remove-", "--add-", StringComparison.Ordinal)} && firewall-cmd --reload",
            }.With($"firewall-cmd --permanent --zone={zone} {remove}", "firewall-cmd --reload");
        }

        if (owner == "ufw" && endpoint.Place == EndpointPlace.Host)
        {
            string port = $"{ports}/{protocol}";
            string[] devices = Devices(facts, cells);
            return new Remedy($"Take the rule that allows {port} out of ufw, and allow it by the interfaces that need it{Keep(endpoint)}.")
            {
                Risk = risk,
                Undo = $"ufw allow {port}",
            }.With([.. devices.Select(device => $"ufw insert 1 deny in on {device} to any port {ports.Replace('-', ':')} proto {protocol}"), "# or: ufw status numbered, then ufw delete NUMBER"]);
        }

        string match = endpoint.Ports == Endpoint.AllPorts ? $"meta l4proto {protocol}" : $"{protocol} dport {ports}";
        return endpoint.Place switch
        {
            EndpointPlace.Host => OwnTable(facts, $"Drop it before any other table accepts it{Keep(endpoint)}.", "input", -10, $"iifname {Names(Devices(facts, cells))} {match} ct state new drop", risk),
            EndpointPlace.Published => OwnTable(facts, "Drop it before its address is translated.", "prerouting", -350, $"iifname {Names(Devices(facts, cells))} {match} drop", risk),
            _ => OwnTable(facts, "Drop what was not forwarded on purpose.", "forward", -10, $"iifname {Names(Devices(facts, cells))} ct state new ct status ! dnat {match} drop", risk),
        };
    }

    /// <summary>A rule in a table of our own, where a drop is final whatever others accept.</summary>
    /// <param name="facts">The host.</param>
    /// <param name="summary">What it does.</param>
    /// <param name="hook">Where.</param>
    /// <param name="priority">Before whom.</param>
    /// <param name="rule">The rule.</param>
    /// <param name="risk">What it may break.</param>
    public static Remedy OwnTable(AuditFacts facts, string summary, string hook, int priority, string rule, Risk risk) =>
        OwnTable(facts, summary, hook, priority, [rule], risk);

    /// <summary>Rules in a table of our own.</summary>
    public static Remedy OwnTable(AuditFacts facts, string summary, string hook, int priority, IEnumerable<string> rules, Risk risk)
    {
        string chain = priority == -350 ? "early" : hook;
        string file = facts.Distribution.Choose("/etc/nftables/00-virtward.nft", "/etc/nftables.d/00-virtward.nft");
        string main = facts.Distribution.Choose("/etc/sysconfig/nftables.conf", "/etc/nftables.conf");
        return new Remedy(summary) { Risk = risk, Undo = UndoTable }.With(
        [
            "nft add table inet virtward",
            string.Create(CultureInfo.InvariantCulture, $"nft 'add chain inet virtward {chain} {{ type filter hook {hook} priority {priority}; policy accept; }}'"),
            .. rules.Select(rule => $"nft 'add rule inet virtward {chain} {rule}'"),
            $"# to keep it: nft list table inet virtward > {file}, load that file at boot (include \"{file}\" in {main}, or a unit of its own beside firewalld)",
        ]);
    }

    /// <summary>Names of devices for nft: <c>"eth0"</c>, <c>{ "eth0", "eth1" }</c>.</summary>
    public static string Names(IReadOnlyCollection<string> devices) =>
        devices.Count == 1 ? $"\"{devices.First()}\"" : $"{{ {string.Join(", ", devices.Select(static device => $"\"{device}\""))} }}";

    /// <summary>The firewalld zone or policy whose chain it is: <c>filter_IN_public_allow</c>; null: none.</summary>
    public static string? ZoneOf(string chain)
    {
        string rest = chain.StartsWith("filter_IN_", StringComparison.Ordinal) ? chain["filter_IN_".Length..] : "";
        if (rest.Length == 0 || rest.StartsWith("policy_", StringComparison.Ordinal))
        {
            return null;
        }

        foreach (string end in (ReadOnlySpan<string>)["_pre", "_log", "_deny", "_allow", "_post"])
        {
            rest = rest.EndsWith(end, StringComparison.Ordinal) ? rest[..^end.Length] : rest;
        }

        return rest;
    }

    private static string Keep(Endpoint endpoint) =>
        endpoint.Service.Kind == ServiceKind.Ssh ? "; keep this session open until a new one from the management network works" : "";

    // Rules for IP see a bridge, not its port.
    private static string[] Devices(AuditFacts facts, IEnumerable<Cell> cells)
    {
        Dictionary<string, string> seen = facts.Zones.Zones.SelectMany(static zone => zone.Entries).GroupBy(static entry => entry.Device)
            .ToDictionary(static group => group.Key, static group => group.First().Interface);
        return [.. cells.SelectMany(static cell => cell.By).Select(device => seen.GetValueOrDefault(device, device)).Distinct()];
    }
}
