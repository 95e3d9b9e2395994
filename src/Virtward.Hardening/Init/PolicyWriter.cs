using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Virtward.Core.Policy;
using Virtward.Core.Policy.Reading;
using Virtward.Exposure.Facts;
using Virtward.Exposure.Topology;
using Virtward.Exposure.Zones;
using Virtward.Hardening.Checks;
using Virtward.Hardening.Checks.Ssh;
using Virtward.Hardening.Inventory;
using Virtward.Hardening.Inventory.Ssh;

namespace Virtward.Hardening.Init;

/// <summary>Writes a host's first policy: small, with what differs from host to host, and a comment where somebody has to decide.</summary>
public static class PolicyWriter
{
    private const int MostNamed = 12;

    private static readonly ImmutableArray<string> Elsewhere = ["authorizedkeyscommand", "trustedusercakeys"];

    /// <summary>Writes it.</summary>
    /// <param name="host">The host.</param>
    /// <param name="wishes">What the administrator said.</param>
    /// <param name="now">The time that the host was looked at.</param>
    public static PolicyDraft Write(HostFacts host, InitWishes wishes, DateTimeOffset now)
    {
        ImmutableArray<ZoneDraft> zones = ZoneDraft.Of(host, wishes.Zones);
        HostPolicy assumed = DefaultPolicy.Read() with { Zones = [.. zones.Select(static zone => zone.Policy)] };
        var facts = new AuditFacts(host, assumed, wishes.Profile, now);
        List<string> notes = [];
        var text = new StringBuilder();
        Head(text, facts, wishes.Profile);
        Zones(text, zones, notes);
        Absent(host.Network, wishes.Zones, notes);
        Services(text, ServiceDraft.Of(facts, wishes.SshPort ?? 22), wishes.Profile, facts, notes);
        bool listens = Ssh(text, facts, zones, wishes, notes);
        Rest(text, facts, wishes.Profile, listens);
        return new PolicyDraft(text.ToString(), [.. notes]);
    }

    private static void Head(StringBuilder text, AuditFacts facts, Profile profile)
    {
        Line(text, $"# What {Name(facts)} should be, written by virtward init on {facts.Now.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)} from what was there. Change it as you like:");
        Line(text, "#   virtward policy check     tells every mistake in it");
        Line(text, "#   virtward plan             shows what it would change on this host; nothing happens yet");
        Line(text, "#   virtward apply            does it, and goes back by itself unless you confirm from a new session");
        Line(text, "# What is not written here has a good default: docs/policy.md has all keys.");
        Line(text, "version: 1");
        Line(text, "");
        Line(text, "audit:");
        Line(text, $"  profile: {AuditWords.Of(profile)}         # isolated: nothing but a VPN answers the Internet; edge: services do; lab: judged mildly");
        Line(text, "");
    }

    private static void Zones(StringBuilder text, ImmutableArray<ZoneDraft> zones, List<string> notes)
    {
        Line(text, "# Where packets come from. Everything that no zone holds is the Internet. You log in from management and vpn; nobody there is ever banned.");
        Line(text, "zones:");
        foreach ((ZonePolicy zone, string reason) in zones)
        {
            string sources = zone.Sources.IsEmpty ? "" : $"sources: {YamlWord.List(zone.Sources.Select(static prefix => prefix.ToString()))}";
            string interfaces = zone.Interfaces.IsEmpty ? "" : $"interfaces: {YamlWord.List(zone.Interfaces)}";
            string why = reason.Length == 0 ? "" : $"   # guessed: {YamlWord.Comment(reason)}";
            Line(text, $"  {zone.Name}: {{ {string.Join(", ", new[] { interfaces, sources }.Where(static part => part.Length > 0))} }}{why}");
        }

        if (!zones.Any(static zone => zone.Policy.Name is Zone.Management or Zone.Vpn))
        {
            Line(text, "#  management: { interfaces: [eth0], sources: [192.168.1.0/24] }   # where you log in from: nothing on this host tells");
            notes.Add("no management network and no VPN was found: name the network that you log in from (--zone management=eth0,192.168.1.0/24), or nothing can be closed without closing you out");
        }

        Line(text, "");
    }

    // A VPN that is yet to be set up, or a slip of the pen: only the administrator knows. Patterns stand for interfaces that come and go.
    private static void Absent(HostNetwork network, ImmutableArray<ZonePolicy> wished, List<string> notes)
    {
        string[] known = [.. network.Interfaces.Select(static one => one.Name)];
        notes.AddRange(known.Length == 0 ? [] : wished.SelectMany(static zone => zone.Interfaces.Select(name => (zone.Name, Interface: name)))
            .Where(one => !one.Interface.Contains('*', StringComparison.Ordinal) && !known.Contains(one.Interface))
            .Select(static one => $"there is no interface {one.Interface} now: the zone {one.Name} is nobody's until it comes"));
    }

    private static void Services(StringBuilder text, ImmutableArray<ServiceDraft> services, Profile profile, AuditFacts facts, List<string> notes)
    {
        Line(text, "# What may be reached, and from where. The rest is closed.");
        Line(text, "services:");
        foreach (ServiceDraft service in services)
        {
            bool open = service.IsWayIn || (profile == Profile.Edge && service.IsPublic);
            string owner = service.Owner.Length == 0 ? "" : $"{YamlWord.Comment(service.Owner)}; ";
            string what = service.IsWayIn ? "a VPN's door" : open ? "reached from the Internet before" : "reached from the Internet until now; without the # it stays so";
            Line(text, $"{(open ? "  " : "#  ")}{service.Line(Zone.Internet)}   # {owner}{what}");
        }

        string[] closed = [.. services.Where(service => !service.IsWayIn && !(profile == Profile.Edge && service.IsPublic)).Select(static service => service.Name)];
        if (closed.Length > 0)
        {
            notes.Add($"reached from the Internet now, and closed by this policy: {string.Join(", ", closed.Take(MostNamed))}{(closed.Length > MostNamed ? " and more" : "")}");
        }

        if (facts.Exposure.Problem is string problem)
        {
            Line(text, $"#  # {YamlWord.Comment(problem)}: what is reached now is not known");
            notes.Add($"what is reached now is not known, and no service is written: {problem}");
        }
        else if (services.IsEmpty)
        {
            Line(text, "#  https: { from: [internet] }");
        }

        Line(text, "");
    }

    private static bool Ssh(StringBuilder text, AuditFacts facts, ImmutableArray<ZoneDraft> zones, InitWishes wishes, List<string> notes)
    {
        string[] from = [.. new[] { Zone.Management, Zone.Vpn }.Where(name => zones.Any(zone => zone.Policy.Name == name))];
        bool strangers = from.Length == 0 && wishes.Profile != Profile.Isolated;
        string[] named = from.Length > 0 ? from : strangers ? [Zone.Internet] : [Zone.Management, Zone.Vpn];
        Line(text, "ssh:");
        if (wishes.SshPort is ushort port)
        {
            Line(text, string.Create(CultureInfo.InvariantCulture, $"  ports: [{port}]"));
        }

        bool listens = Listen(text, facts, zones, from, notes);
        Line(text, $"  from: {YamlWord.List(named)}{(strangers ? "   # no other way in was found: with a VPN or a management network, name those instead" : "")}");
        Line(text, "  root-login: keys          # no: nobody logs in as root, administrators use sudo");
        Outcome key = Ssh02.Check.Judge(facts);
        if (key.Status == Status.Pass)
        {
            Line(text, "  passwords: false");
        }
        else
        {
            Line(text, "  passwords: false          # no administrator with a key was seen here: until there is one, a plan leaves passwords on");
            notes.Add(key.Status == Status.Fail
                ? "no administrator has a key for SSH yet: passwords stay on until one has (ssh-copy-id)"
                : $"whether an administrator has a key for SSH is not known, and passwords stay on until it is: {key.Reason}");
        }

        ImmutableArray<string> holders = KeyHolders(facts);
        if (key.Status == Status.Pass && holders.Length is > 0 and <= MostNamed)
        {
            Line(text, $"  allow-users: {YamlWord.List(holders)}   # who has a key today; a new user is added here");
        }
        else
        {
            Line(text, $"#  allow-groups: [{facts.Distribution.Choose("wheel", "sudo")}]      # only members log in; be one of them first");
        }

        Line(text, "");
        return listens;
    }

    // Bound to fixed addresses sshd stays shut elsewhere, even while the firewall is reloaded. An address that is lent may be another tomorrow, and nobody would get in by it.
    private static bool Listen(StringBuilder text, AuditFacts facts, ImmutableArray<ZoneDraft> zones, string[] from, List<string> notes)
    {
        var doors = SshDoors.Of(facts.Host, [.. zones.Select(static zone => zone.Policy).Where(zone => from.Contains(zone.Name))]);
        if (doors.Addresses.IsEmpty)
        {
            return false;
        }

        string list = YamlWord.List(doors.Addresses.Select(static address => address.ToString()));
        if (doors.Doubt is string doubt)
        {
            Line(text, $"#  listen: {list}   # not before they are fixed: {YamlWord.Comment(doubt)}");
            notes.Add($"sshd goes on listening on every address, behind the firewall: {doubt}. With fixed addresses name them in ssh.listen");
            return false;
        }

        Line(text, $"  listen: {list}   # the host's fixed addresses there; sshd is deaf on all others, whatever the firewall does");
        return true;
    }

    private static void Rest(StringBuilder text, AuditFacts facts, Profile profile, bool listens)
    {
        bool v6 = facts.Host.Network.Interfaces.Any(static one => !one.Loopback && one.Addresses.Any(static address => !address.Address.IsV4 && address.Address.High >> 54 != 0xfe80 >> 6));
        Line(text, $"ipv6: on                    # off: switched off on every interface{(v6 ? "" : "; this host has no IPv6 address now")}");
        Line(text, "");
        if (listens)
        {
            Line(text, "kernel:");
            Line(text, "  # sshd is started before a VPN has its address: it may listen there all the same");
            Line(text, $"  sysctl: {{ net.ipv4.ip_nonlocal_bind: 1{(v6 ? ", net.ipv6.ip_nonlocal_bind: 1" : "")} }}");
            Line(text, "");
        }

        Line(text, "updates:");
        Line(text, "  automatic: true           # security updates install themselves");
        Line(text, "#  reboot-at: \"03:30\"       # and the host may restart for them; guests stop with it");
        Line(text, "");
        Line(text, "firewall:");
        Line(text, "  forward: { guests: [internet] }   # zones that may open any connection to others; guests reach no other zone of this host's");
        if (profile == Profile.Isolated)
        {
            Line(text, "#  output: [53, 53/udp, 80, 443, 123/udp]   # the only ports of the Internet that the host itself may open");
        }

        Line(text, "");
        Line(text, "guard:");
        Line(text, "  defaults:");
        Line(text, "    increment: true         # each further ban of the same address lasts longer");
        Line(text, "  jails:");
        Line(text, "    sshd: { maxretry: 3 }");
        Line(text, "    recidive: { findtime: 1d, maxretry: 3, bantime: 1w }");
    }

    /// <summary>The accounts that have a key: with passwords off nobody else could log in, so that naming them shuts out nobody. Empty: not known, or keys come from elsewhere too.</summary>
    private static ImmutableArray<string> KeyHolders(AuditFacts facts)
    {
        SshView view = facts.Ssh.Instances[0].Everybody;
        bool elsewhere = Elsewhere.Any(keyword => view.Value(keyword) is string value && value is not ("none" or ""))
            || view.Value("gssapiauthentication") == "yes" || view.Value("hostbasedauthentication") == "yes";
        if (elsewhere || !facts.Host.Meta.Root || facts.Ssh.Users.Problem is not null)
        {
            return [];
        }

        SshUser[] holders = [.. facts.Ssh.Users.All.Where(user => user.HasShell && SshFacts.KeyFiles(view, user).Any(path => facts.Ssh.Keys(path) is { IsEmpty: false }))];
        return holders.All(static user => IsName(user.Name)) && holders.Any(user => SshAdmins.Of(facts, view, SshAdmission.InForce).Contains(user)) ? [.. holders.Select(static user => user.Name)] : [];
    }

    private static bool IsName(string name) =>
        SshSection.IsName(name) && !name.Contains('*', StringComparison.Ordinal) && !name.Contains('?', StringComparison.Ordinal) && !name.Contains('@', StringComparison.Ordinal);

    private static string Name(AuditFacts facts) => facts.Host.Meta.Host is { Length: > 0 } name ? YamlWord.Comment(name) : "this host";

    private static void Line(StringBuilder text, string line) => text.Append(line).Append('\n');
}
