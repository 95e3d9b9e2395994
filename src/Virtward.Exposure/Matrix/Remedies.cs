using System.Globalization;
using Virtward.Core.Net;
using Virtward.Exposure.Answers;
using Virtward.Exposure.Packets;
using Virtward.Exposure.Reading;
using Virtward.Exposure.Rulesets;

namespace Virtward.Exposure.Matrix;

/// <summary>Says what would close an endpoint to a zone, in the language of whoever owns the rule that lets packets in.</summary>
public static class Remedies
{
    /// <summary>The ways to close it, the lightest first; empty where nobody gets in.</summary>
    /// <param name="endpoint">The endpoint.</param>
    /// <param name="cell">Who reaches it.</param>
    /// <param name="ruleset">The host's rules, for the owner of the deciding one.</param>
    public static IReadOnlyList<string> For(Endpoint endpoint, Cell cell, Ruleset ruleset)
    {
        if (cell.Concern == Concern.Closed)
        {
            return [];
        }

        if (endpoint.Destination is { } destination)
        {
            return PathRemedies.For(destination, cell, Opener(cell), ruleset);
        }

        if (Deciding(cell, static decision => decision.Verdict == "tproxy") is { } handing)
        {
            // It is not sent to this port, nor to an address of the host.
            return
            [
                $"remove or narrow the rule \"{handing.Rule}\" ({TraceJson.Word(handing.Family)} {handing.Table}, chain {handing.Chain}, handle {handing.Handle}), which hands it on",
                $"or drop it in a table of your own, before it is handed on: nft add rule inet MYTABLE prerouting iifname {Names(cell.Via)} {ProtocolNames.ToText(endpoint.Protocol)} dport {{ {cell.Sets.OpenPorts.ToText(16)} }} drop, in a chain at hook prerouting with priority -300",
            ];
        }

        var ways = new List<string>();
        if (endpoint.Place == EndpointPlace.Host && endpoint.Wildcard)
        {
            ways.Add($"let {Program(endpoint)} listen on the addresses that need it, instead of all");
        }

        string ports = endpoint.Ports.IsSingle ? endpoint.Ports.First.ToString(CultureInfo.InvariantCulture)
            : string.Create(CultureInfo.InvariantCulture, $"{endpoint.Ports.First}-{endpoint.Ports.Last}");
        Decision? opener = Opener(cell);
        string owner = opener is null ? "" : OwnerOf(ruleset, opener);
        string protocol = ProtocolNames.ToText(endpoint.Protocol);
        switch (owner)
        {
            case "firewalld":
                ways.Add($"take it out of the firewalld zone that lets it in: firewall-cmd --permanent --zone=… --remove-port={ports}/{protocol} (or --remove-service=…), then firewall-cmd --reload");
                break;
            case "ufw":
                ways.Add($"ufw deny {ports}/{protocol}, or ufw delete the rule that allows it");
                break;
            case "docker":
                ways.Add("publish the container's port on an address that needs it (-p 127.0.0.1:PORT:PORT), or drop it in the chain DOCKER-USER");
                break;
            default:
                if (opener is not null)
                {
                    ways.Add($"remove or narrow the rule \"{opener.Rule}\" ({TraceJson.Word(opener.Family)} {opener.Table}, chain {opener.Chain}, handle {opener.Handle})");
                }

                break;
        }

        if (cell.Bridged)
        {
            ways.Add(PathRemedies.BetweenPorts);
        }

        ways.Add(Drop(endpoint, cell, protocol, ports));
        return ways;
    }

    // The last rule that said accept is the one that would have to change; where none did, nothing refuses, and a policy accepts.
    private static Decision? Opener(Cell cell) =>
        Deciding(cell, static decision => decision.Table.Length > 0 && decision.Verdict == "accept" && !decision.Rule.StartsWith("policy ", StringComparison.Ordinal));

    private static Decision? Deciding(Cell cell, Func<Decision, bool> which) => cell.Sets.Witnesses
        .Where(static witness => witness.Outcome is Outcome.Accept or Outcome.Limited)
        .Select(witness => witness.Trace.Why.LastOrDefault(which))
        .FirstOrDefault(static decision => decision is not null);

    internal static string OwnerOf(Ruleset ruleset, Decision decision)
    {
        Table? table = ruleset.Tables.FirstOrDefault(one => one.Family == decision.Family && one.Name == decision.Table);
        Chain? chain = table?.Chains.FirstOrDefault(one => one.Name == decision.Chain);
        return table is null || chain is null ? "" : TableOwners.Of(table, chain);
    }

    // A drop is final, whatever other tables accept: a table of one's own closes it without touching anybody's rules.
    private static string Drop(Endpoint endpoint, Cell cell, string protocol, string ports)
    {
        string devices = Names(cell.Via);
        bool host = endpoint.Place == EndpointPlace.Host;
        string match = endpoint.Ports == Endpoint.AllPorts ? $"meta l4proto {protocol}" : $"{protocol} dport {ports}";
        string to = endpoint.Place is EndpointPlace.Guest or EndpointPlace.Container && endpoint.Addresses.Length > 0
            ? $"{(endpoint.Addresses[0].IsV4 ? "ip" : "ip6")} daddr {List(endpoint.Addresses)} "
            : "";
        return endpoint.Place == EndpointPlace.Published
            ? $"or drop it in a table of your own, before it is translated: nft add rule inet MYTABLE prerouting iifname {devices} {match} drop, in a chain at hook prerouting with priority -300"
            : $"or drop it in a table of your own, which no other table's accept undoes: nft add rule inet MYTABLE {(host ? "input" : "forward")} iifname {devices} {to}{match} drop";
    }

    internal static string Names(IReadOnlyList<string> devices) =>
        devices.Count == 1 ? $"\"{devices[0]}\"" : $"{{ {string.Join(", ", devices.Select(static device => $"\"{device}\""))} }}";

    private static string List(IReadOnlyCollection<Address> addresses)
    {
        bool v4 = addresses.First().IsV4;
        string[] same = [.. addresses.Where(address => address.IsV4 == v4).Select(static address => address.ToString())];
        return same.Length == 1 ? same[0] : $"{{ {string.Join(", ", same)} }}";
    }

    private static string Program(Endpoint endpoint) => endpoint.Owner.Length > 0 ? endpoint.Owner
        : endpoint.Service.Name.Length > 0 ? endpoint.Service.Name : "the program";
}
