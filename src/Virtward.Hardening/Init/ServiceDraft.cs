using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Virtward.Core.Policy;
using Virtward.Core.Policy.Reading;
using Virtward.Exposure.Matrix;
using Virtward.Exposure.Packets;
using Virtward.Exposure.Zones;
using Virtward.Hardening.Inventory;

namespace Virtward.Hardening.Init;

/// <summary>Something that listens on the host and is reached from the Internet, or should be.</summary>
/// <param name="Name">Its name in a policy, unique.</param>
/// <param name="Ports">Its ports.</param>
/// <param name="Kind">What it is for.</param>
/// <param name="Owner">Whose it is: <c>nginx, nginx.service</c>.</param>
internal sealed record ServiceDraft(string Name, ImmutableArray<PortScope> Ports, ServiceKind Kind, string Owner)
{
    /// <summary>Whether strangers are meant to reach it on any host: a VPN's door.</summary>
    public bool IsWayIn => Kind == ServiceKind.Vpn;

    /// <summary>Whether a host that serves the Internet is meant to have it open: not the host's own management, nor what serves neighbours only.</summary>
    public bool IsPublic => Kind is ServiceKind.Other or ServiceKind.Web;

    /// <summary>The services of a host, by port. sshd has a section of its own, and what serves guests the firewall's.</summary>
    /// <param name="facts">The host.</param>
    /// <param name="sshPort">The port that the policy will take for sshd's, whatever is there now.</param>
    public static ImmutableArray<ServiceDraft> Of(AuditFacts facts, ushort sshPort)
    {
        List<(Endpoint Endpoint, bool Reached)> found = [];
        if (facts.Exposure.Report is { } report)
        {
            found.AddRange(report.Rows.Where(static row => row.Endpoint.Place is EndpointPlace.Host or EndpointPlace.Published)
                .Select(static row => (row.Endpoint, row.Cells.Any(static cell => cell.Zone == Zone.Internet && cell.Concern != Concern.Closed))));
        }

        List<ServiceDraft> drafts = [];
        HashSet<string> names = new(StringComparer.Ordinal);
        foreach ((Endpoint endpoint, bool reached) in found.OrderBy(static one => one.Endpoint.Ports.First).ThenBy(static one => one.Endpoint.Protocol))
        {
            ServiceKind kind = endpoint.Service.Kind;
            bool isVpn = kind == ServiceKind.Vpn && endpoint.Place == EndpointPlace.Host;
            if (kind == ServiceKind.Ssh || endpoint.Protocol is not (ProtocolNames.Tcp or ProtocolNames.Udp) || endpoint.Ports.First == 0 || (!reached && !isVpn) || drafts.Count >= 64)
            {
                continue;
            }

            var scope = new PortScope((Transport)endpoint.Protocol, (ushort)endpoint.Ports.First, (ushort)endpoint.Ports.Last);
            bool isSsh = scope.Protocol == Transport.Tcp && scope.From <= sshPort && scope.To >= sshPort;
            if (isSsh || drafts.Any(draft => draft.Ports.Contains(scope)))
            {
                continue;
            }

            // The same program by both protocols at a port is one service.
            string word = Word(endpoint, scope);
            if (drafts.FindIndex(draft => draft.Name == word && draft.Kind == kind && draft.Ports.All(port => port.From == scope.From && port.To == scope.To)) is int same and >= 0)
            {
                drafts[same] = drafts[same] with { Ports = drafts[same].Ports.Add(scope) };
                continue;
            }

            string name = names.Add(word) ? word : Unique(word, scope, names);
            drafts.Add(new ServiceDraft(name, [scope], kind, endpoint.Owner));
        }

        return [.. drafts];
    }

    /// <summary>Its line in a policy, without indentation.</summary>
    /// <param name="from">The zones that may reach it.</param>
    public string Line(params ReadOnlySpan<string> from)
    {
        ImmutableArray<PortScope> known = PortValues.OfService(Name);
        bool says = known.Length == Ports.Length && known.All(Ports.Contains);
        string ports = says ? "" : $"ports: [{string.Join(", ", Ports)}], ";
        return $"{Name}: {{ {ports}from: [{string.Join(", ", from)}] }}";
    }

    private static string Unique(string word, PortScope scope, HashSet<string> names)
    {
        string start = word.Length > 20 ? word[..20].TrimEnd('-') : word;
        string name = string.Create(CultureInfo.InvariantCulture, $"{start}-{scope.From}{(scope.Protocol == Transport.Udp ? "-udp" : "")}");
        for (int number = 2; !names.Add(name); number++)
        {
            name = string.Create(CultureInfo.InvariantCulture, $"{start}-{number}");
        }

        return name;
    }

    // A port's usual name first ("https" rather than "nginx"): that is what an administrator looks for.
    private static string Word(Endpoint endpoint, PortScope scope)
    {
        foreach (string usual in new[] { "http", "https", "smtp", "submission", "imaps", "wireguard", "openvpn", "dns", "cockpit" })
        {
            if (PortValues.OfService(usual).Any(port => port.From == scope.From) && scope.From == scope.To)
            {
                return usual;
            }
        }

        string text = endpoint.Service.Name.Length > 0 ? endpoint.Service.Name : endpoint.Owner.Split([',', ' '])[0];
        var word = new StringBuilder();
        foreach (char c in text.ToLowerInvariant())
        {
            word.Append(char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) ? c : word.Length > 0 && word[^1] != '-' ? "-" : "");
        }

        string name = word.ToString().Trim('-');
        name = name.Length > 32 ? name[..32].TrimEnd('-') : name;
        return name.Length > 0 ? name : string.Create(CultureInfo.InvariantCulture, $"port-{scope.From}");
    }
}
