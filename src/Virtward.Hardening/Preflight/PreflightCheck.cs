using System.Collections.Immutable;
using Virtward.Core.Net;
using Virtward.Core.Policy;
using Virtward.Core.Results;
using Virtward.Core.Snapshots;
using Virtward.Exposure.Answers;
using Virtward.Exposure.Evaluation;
using Virtward.Exposure.Packets;
using Virtward.Exposure.Rulesets;
using Virtward.Exposure.Topology;
using Virtward.Exposure.Zones;
using Virtward.Hardening.Checks;
using Virtward.Hardening.Checks.Ssh;
using Virtward.Hardening.Inventory;
using Virtward.Hardening.Inventory.Ssh;

namespace Virtward.Hardening.Preflight;

/// <summary>
/// Proves before a plan is applied that administrators keep a way in: on the rules and the sshd that would be, for the first packet of a new connection, because one that is
/// open survives any rules and proves nothing. What cannot be proved is refused; there is no switch that says otherwise.
/// </summary>
public static class PreflightCheck
{
    // Enough for any host that a person looks after; a proof needs one.
    private const int MostEndpoints = 64;
    private const int MostEntries = 64;
    private const string OutOfBand = "do it from a console that needs no network (IPMI, iDRAC, iLO, a serial line, the provider's console), or correct the policy";

    /// <summary>Says why nobody is locked out, or who would be.</summary>
    /// <param name="facts">The host as it is, under the policy that is to be.</param>
    /// <param name="script">The script that the firewall gets; null: its rules stay.</param>
    /// <param name="ssh">What changes of sshd.</param>
    /// <param name="session">The connection that the plan is applied from; null: a console.</param>
    public static Result<PreflightVerdict> Judge(AuditFacts facts, string? script, PlannedSsh ssh, SshSession? session)
    {
        if (facts.Exposure.Ruleset is not Ruleset live)
        {
            return Refused($"whether a way in stays open cannot be proved: {facts.Exposure.Problem}", "run it as root, with nft installed");
        }

        Ruleset? planned = live;
        if (script is not null && !PlannedRuleset.Of(live, script).TryGet(out planned, out Problem? problem))
        {
            return problem;
        }

        ImmutableArray<(Address Address, ushort Port)> endpoints = Endpoints(facts, ssh);
        if (endpoints.IsEmpty)
        {
            return Refused("sshd would listen on no address that this host has", "correct ssh.listen, or leave it empty");
        }

        var engine = new ExposureEngine(planned, facts.Host.Network);
        ImmutableArray<WayIn>.Builder ways = ImmutableArray.CreateBuilder<WayIn>();
        if (session is not null && !IsLoopback(session.Client))
        {
            if (!OfSession(facts, engine, endpoints, session).TryGet(out WayIn? way, out problem))
            {
                return problem;
            }

            ways.Add(way);
        }

        if (!OfZones(facts, engine, endpoints, ways).TryGet(out _, out problem) || !Credential(facts, ssh).TryGet(out string? credential, out problem))
        {
            return problem;
        }

        return new PreflightVerdict(ways.ToImmutable(), credential.Length == 0 ? null : credential);
    }

    private static Result<WayIn> OfSession(AuditFacts facts, ExposureEngine engine, ImmutableArray<(Address Address, ushort Port)> endpoints, SshSession session)
    {
        ZoneEntry[] entries = [.. Ingress(facts, session)];
        if (entries.Length == 0)
        {
            return Refused($"the way in of this session ({session.Client}) cannot be found: no route leads back to it by an interface that is known", "connect by an address that the host has a route to");
        }

        // The address that the administrator knows first; sshd's other ones are ways in too.
        foreach ((Address address, ushort port) in endpoints.OrderBy(one => one.Address != session.Local).ThenBy(one => one.Port != session.Port))
        {
            if (address.IsV4 == session.Client.IsV4 && entries.Select(entry => Ask(engine, "this session", entry, address, port, PrefixSet.Of(new Prefix(session.Client)))).FirstOrDefault(static way => way is not null) is { } way)
            {
                return way;
            }
        }

        string zone = facts.Zones.Of(entries[0].Device, session.Client)?.Name ?? Zone.Internet;
        string? cause = !session.Client.IsV4 && facts.Policy.Ipv6 == Ipv6Policy.Off ? "ipv6: off closes IPv6: connect over IPv4"
            : !endpoints.Any(one => one.Address.IsV4 == session.Client.IsV4) ? $"sshd would listen on no {(session.Client.IsV4 ? "IPv4" : "IPv6")} address: name one in ssh.listen, or connect by the other family"
            : facts.Policy.Ssh.From.Contains(zone) ? $"the zone {zone} is let in by ssh.from, so that other rules or anti-spoofing stand against it (virtward exposure explain ssh)"
            : null;
        return Refused($"this session's address {session.Client} (zone {zone}, by {entries[0].Interface}) would get no new connection to sshd at port {string.Join(", ", endpoints.Select(static one => one.Port).Distinct())}",
            $"{cause ?? $"let the zone {zone} in by ssh.from, put the address into a zone that is let in"}, or {OutOfBand}");
    }

    // By the route that leads back: where answers go is where its packets come by, or the session would not be.
    private static IEnumerable<ZoneEntry> Ingress(AuditFacts facts, SshSession session)
    {
        HostNetwork network = facts.Host.Network;
        bool local = !session.Client.IsV4 && session.Client.High >> 54 == 0xfe80 >> 6;
        string[] devices = local
            ? [.. network.Interfaces.Where(one => one.Addresses.Any(address => address.Address == session.Local)).Select(static one => one.Name)]
            : [.. ReturnRoutes.To(network, session.Client).SelectMany(static route => route.NextHopDevices.Append(route.Device)).OfType<string>().Distinct()];

        // Of a bridge the ports that are no guest's: an administrator does not sit in a guest.
        return facts.Zones.Zones.SelectMany(static zone => zone.Entries.Select(entry => (zone.Name, Entry: entry))).Where(one => devices.Contains(one.Entry.Interface))
            .OrderBy(static one => one.Name is Zone.Guests or Zone.Containers).GroupBy(static one => one.Entry.Device).Select(static group => group.First())
            .Where((one, at) => at == 0 || one.Name is not (Zone.Guests or Zone.Containers)).Select(static one => one.Entry).Take(MostEntries);
    }

    private static Result<Done> OfZones(AuditFacts facts, ExposureEngine engine, ImmutableArray<(Address Address, ushort Port)> endpoints, ImmutableArray<WayIn>.Builder ways)
    {
        Zone[] admins = [.. new[] { Zone.Management, Zone.Vpn }.Where(name => name == Zone.Management || facts.Policy.Ssh.From.Contains(name)).Select(facts.Zones.Find).OfType<Zone>().Where(static zone => !zone.Entries.IsEmpty)];

        // A host without a management network and a VPN is managed from whatever zone its policy says, if from any.
        Zone[] zones = admins.Length > 0 ? admins : [.. facts.Policy.Ssh.From.Select(facts.Zones.Find).OfType<Zone>().Where(static zone => !zone.Entries.IsEmpty)];
        List<string> closed = [];
        List<string> unanswered = [];
        foreach (Zone zone in zones)
        {
            if (OfZone(facts, engine, endpoints, zone) is WayIn way)
            {
                ways.Add(way);
            }
            else
            {
                closed.Add(zone.Name);
                if (zone.Entries.All(entry => Answered(facts, entry).IsEmpty))
                {
                    unanswered.Add($"no route leads back to {Networks(zone)} by {string.Join(" or ", zone.Entries.Select(static entry => entry.Interface).Distinct())}: correct the sources of the zone {zone.Name}");
                }
            }
        }

        if (zones.Length == 0)
        {
            return Refused($"no zone of ssh.from ({string.Join(", ", facts.Policy.Ssh.From)}) has an interface on this host: nobody could connect any more",
                "name the administrators' network under zones: (management: { interfaces: [eth1] }), and let it in by ssh.from");
        }

        return closed.Count > 0 && (admins.Length > 0 || closed.Count == zones.Length)
            ? Refused($"nobody of the zone {string.Join(", or of ", closed)} would get a new connection to sshd at port {string.Join(", ", endpoints.Select(static one => one.Port).Distinct())}",
                unanswered.Count > 0 ? string.Join("; ", unanswered)
                : $"let {(closed.Count == 1 ? "it" : "them")} in by ssh.from and look whether another firewall's rules refuse the port (virtward exposure explain ssh), or {OutOfBand}")
            : default(Done);
    }

    private static WayIn? OfZone(AuditFacts facts, ExposureEngine engine, ImmutableArray<(Address Address, ushort Port)> endpoints, Zone zone)
    {
        var own = PrefixSet.Of(facts.Host.Network.Interfaces.SelectMany(static one => one.Addresses).Select(static one => new Prefix(one.Address)));
        foreach (ZoneEntry entry in zone.Entries.Take(MostEntries))
        {
            Address[] here = [.. facts.Host.Network.Interfaces.Where(one => one.Name == entry.Interface).SelectMany(static one => one.Addresses).Select(static one => one.Address)];
            foreach ((Address address, ushort port) in endpoints.OrderBy(one => !here.Contains(one.Address)))
            {
                PrefixSet asked = Answered(facts, entry).Intersect(PrefixSet.Of(Prefix.Parse(address.IsV4 ? "0.0.0.0/0" : "::/0"))).Subtract(own);
                if (!asked.IsEmpty && Ask(engine, zone.Name, entry, address, port, asked) is WayIn way)
                {
                    return way;
                }
            }
        }

        return null;
    }

    // Whoever gets no answer has no way in, as where a network has a slip of the pen.
    private static PrefixSet Answered(AuditFacts facts, ZoneEntry entry)
    {
        PrefixSet sources = (entry.Sources ?? Destinations.Unicast).Intersect(Destinations.Routable);
        return facts.Host.Network.Routes.IsEmpty ? sources : sources.Intersect(ReturnRoutes.By(facts.Host.Network, entry.Interface));
    }

    private static string Networks(Zone zone)
    {
        Prefix[] all = [.. zone.Entries.SelectMany(static entry => entry.Sources ?? Destinations.Unicast).Distinct()];
        return string.Join(", ", all.Take(3)) + (all.Length > 3 ? $" and {all.Length - 3} more" : "");
    }

    // By time or luck is a way in, too; what hangs on a rule that nobody understands is none.
    private static WayIn? Ask(ExposureEngine engine, string who, ZoneEntry entry, Address address, ushort port, PrefixSet from)
    {
        SourceSets answer = engine.Ask(new Question(entry.Device, address, ProtocolNames.Tcp, port) { From = from, Straight = true, Arriving = [Zone.Host] });
        bool sure = !answer.Accepted.IsEmpty;
        PrefixSet open = sure ? answer.Accepted : answer.Limited;
        return open.IsEmpty ? null : new WayIn(who, open[0].First, entry.Interface, address, port, !sure);
    }

    // Where sshd would listen: what changes of ports and addresses, and the rest as the sockets are.
    private static ImmutableArray<(Address Address, ushort Port)> Endpoints(AuditFacts facts, PlannedSsh ssh)
    {
        Address[] own = [.. facts.Host.Network.Interfaces.Where(static one => !one.Loopback).SelectMany(static one => one.Addresses).Select(static one => one.Address)];
        Listener[] sockets = [.. SshJudge.Sockets(facts).Where(static socket => !socket.Loopback && socket.Namespace is null && socket.Device is null)];
        IEnumerable<Address> Of(Listener socket) => socket.Wildcard ? own.Where(address => address.IsV4 ? socket.TakesV4 : socket.TakesV6) : own.Where(address => address == socket.Address);
        IEnumerable<(Address, ushort)> found = (ssh.Ports, ssh.Listen) switch
        {
            (null, null) => sockets.SelectMany(socket => Of(socket).Select(address => (address, (ushort)socket.Port))),
            ({ } ports, null) => ports.SelectMany(port => sockets.SelectMany(Of).Distinct().Select(address => (address, port))),
            (var ports, { } listen) => (ports ?? [.. sockets.Select(static socket => (ushort)socket.Port).Distinct()])
                .SelectMany(port => own.Where(address => listen.IsEmpty || listen.Contains(address) || listen.Any(one => one.IsV4 == address.IsV4 && (one.IsV4 ? one.V4 == 0 : one.Value == 0))).Select(address => (address, port))),
        };
        return [.. found.Distinct().Take(MostEndpoints)];
    }

    // As SSH-02 looks for it, with the settings that would be.
    private static Result<string> Credential(AuditFacts facts, PlannedSsh ssh)
    {
        bool touches = ssh.Passwords is not null || ssh.AllowUsers is not null || ssh.AllowGroups is not null || ssh.RootLogin is not null || ssh.Keys is not null;
        if (!touches)
        {
            return "";
        }

        if (facts.Ssh.Problem is not null || facts.Ssh.Users.Problem is not null)
        {
            return Refused($"whether an administrator could still log in is not known: {facts.Ssh.Problem ?? facts.Ssh.Users.Problem}", "run it as root");
        }

        SshView view = facts.Ssh.Instances[0].Everybody;
        var admission = new SshAdmission(ssh.RootLogin is RootLogin root ? root != RootLogin.No : null, ssh.AllowUsers, ssh.AllowGroups, ssh.Keys);
        List<string> unseen = [];
        List<Evidence> evidence = [];
        if (AdminKeys.Find(facts, view, admission, unseen, evidence) is var (admin, key, path))
        {
            return $"{admin.Name} may become root and has a key that sshd would take ({key.Type}, {path}:{key.Line})";
        }

        // Root's password is no way in any more: root logs in by keys, or not at all.
        bool passwords = ssh.Passwords ?? (view.Value("passwordauthentication") != "no" || view.Value("kbdinteractiveauthentication") == "yes");
        SshUser? other = SshAdmins.Of(facts, view, admission).FirstOrDefault(user => user.Uid != 0 && SshAdmins.Admits(facts.Ssh, view, user, admission));
        if (passwords && other is not null)
        {
            return $"{other.Name} may become root and logs in by password";
        }

        string why = unseen.Count > 0 ? $" ({string.Join("; ", unseen.Take(2))})" : evidence.Count > 0 ? $" ({string.Join("; ", evidence.Take(2).Select(static one => one.ToString()))})" : "";
        return Refused($"nobody who may become root could be proved to log in: no administrator that sshd would admit has a key it would take{why}",
            $"give one a key first and try it (ssh-copy-id ADMIN@HOST), or {OutOfBand}");
    }

    private static bool IsLoopback(Address address) => address.IsV4 ? address.V4 >> 24 == 127 : address.Value == 1;

    private static Problem Refused(string what, string hint) => new(what, null, hint);
}
