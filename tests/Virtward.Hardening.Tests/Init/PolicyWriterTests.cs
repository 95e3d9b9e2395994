using System.Text.Json;
using Virtward.Core.Net;
using Virtward.Core.Policy;
using Virtward.Core.Policy.Reading;
using Virtward.Core.Snapshots;
using Virtward.Exposure.Facts;
using Virtward.Hardening.Checks;
using Virtward.Hardening.Init;
using Virtward.Hardening.Inventory.Ssh;
using Virtward.Hardening.Tests.Support;

namespace Virtward.Hardening.Tests.Init;

public sealed class PolicyWriterTests
{
    [Fact]
    public void The_zones_of_the_host_are_written_with_why()
    {
        (HostPolicy policy, PolicyDraft draft) = Written(new TestHost());
        Assert.Equal(
            ["management eth1 192.168.1.0/24", "guests virbr0 "],
            policy.Zones.Select(static zone => $"{zone.Name} {string.Join(' ', zone.Interfaces)} {string.Join(' ', zone.Sources)}"));
        Assert.Contains("# guessed: eth1 has a private network", draft.Text, StringComparison.Ordinal);
        Assert.Equal(["management"], policy.Ssh.From);
        Assert.Equal("isolated", policy.Audit.Profile);
        Assert.Equal(["sshd", "recidive"], policy.Guard.Jails.Select(static jail => jail.Name));
    }

    [Fact]
    public void Sshd_is_bound_to_the_fixed_addresses_that_administrators_come_by()
    {
        (HostPolicy policy, PolicyDraft draft) = Written(new TestHost());
        Assert.Equal([Address.Parse("192.168.1.100")], policy.Ssh.Listen);
        Assert.Equal("1", policy.Kernel.Sysctl["net.ipv4.ip_nonlocal_bind"]);

        // eth1 has its address by DHCP: tomorrow it may be another.
        string addresses = new TestHost().Snapshot.Text(SnapshotNames.Addresses)!;
        (policy, draft) = Written(new TestHost().Text(SnapshotNames.Addresses, addresses.Replace("\"local\":\"192.168.1.100\"", "\"dynamic\":true,\"local\":\"192.168.1.100\"", StringComparison.Ordinal)));
        Assert.Empty(policy.Ssh.Listen);
        Assert.False(policy.Kernel.Sysctl.ContainsKey("net.ipv4.ip_nonlocal_bind"));
        Assert.Contains("\n#  listen: [192.168.1.100]   # not before they are fixed: 192.168.1.100 of eth1 is lent (DHCP)", draft.Text, StringComparison.Ordinal);

        // Both zones have to have a door; one whose interface is not there, or that names none, has no address.
        Assert.Empty(Written(new TestHost(), new InitWishes { Zones = [new ZonePolicy("vpn", ["wg0"], [])] }).Policy.Ssh.Listen);
        Assert.Empty(Written(new TestHost(), new InitWishes { Zones = [new ZonePolicy("management", [], [Prefix.Parse("198.51.100.0/24")])] }).Policy.Ssh.Listen);

        // Of an interface with several addresses those count that are of the zone's networks.
        Assert.Equal([Address.Parse("203.0.113.10")], Written(new TestHost(), new InitWishes { Zones = [new ZonePolicy("management", ["eth0"], [Prefix.Parse("203.0.113.0/24")])] }).Policy.Ssh.Listen);
        Assert.Equal([Address.Parse("203.0.113.10"), Address.Parse("2001:db8::10")], Written(new TestHost(), new InitWishes { Zones = [new ZonePolicy("management", ["eth0"], [Prefix.Parse("198.51.100.0/24")])] }).Policy.Ssh.Listen);
        Assert.Empty(Written(OneNetwork(), new InitWishes { Profile = Profile.Edge }).Policy.Ssh.Listen);
    }

    [Fact]
    public void What_was_wished_goes_before_what_is_guessed()
    {
        (HostPolicy policy, PolicyDraft draft) = Written(new TestHost(), new InitWishes
        {
            Profile = Profile.Lab,
            SshPort = 2222,
            Zones = [new ZonePolicy("vpn", ["wg0"], [Prefix.Parse("10.8.0.0/24")]), new ZonePolicy("office", ["eth1"], [])],
        });
        Assert.Equal(["vpn", "guests", "office"], policy.Zones.Select(static zone => zone.Name));
        Assert.Equal("lab", policy.Audit.Profile);
        Assert.Equal([(ushort)2222], policy.Ssh.Ports);
        Assert.Equal(["vpn"], policy.Ssh.From);
        Assert.Equal(["there is no interface wg0 now: the zone vpn is nobody's until it comes"], draft.Notes.Where(static note => note.StartsWith("there is no interface", StringComparison.Ordinal)));
    }

    [Fact]
    public void An_edge_keeps_its_public_services_and_an_isolated_host_says_what_it_takes()
    {
        TestHost host = new TestHost().Listeners(
            TestHost.Socket("tcp", "0.0.0.0", 443, "", "nginx"),
            TestHost.Socket("tcp", "0.0.0.0", 8443, "", "Panel D\u2028aemon"),
            TestHost.Socket("tcp", "0.0.0.0", 5900, "vnc", "qemu-system-x86"),
            TestHost.Socket("udp", "0.0.0.0", 51820, "wireguard"),
            TestHost.Socket("tcp", "127.0.0.1", 5432, "", "postgres"),
            TestHost.Socket("tcp", "0.0.0.0", 22, "ssh", "sshd"));

        (HostPolicy edge, _) = Written(host, new InitWishes { Profile = Profile.Edge });
        Assert.Equal(["https 443/tcp internet", "panel-d-aemon 8443/tcp internet", "wireguard 51820/udp internet"], Services(edge));

        (HostPolicy isolated, PolicyDraft draft) = Written(host);
        Assert.Equal(["wireguard 51820/udp internet"], Services(isolated));
        Assert.Contains("\n#  https: { ports: [443/tcp], from: [internet] }   # nginx; reached from the Internet until now", draft.Text, StringComparison.Ordinal);
        Assert.Contains("\n#  vnc: { ports: [5900/tcp]", draft.Text.Replace("vnc: { from", "vnc: { ports: [5900/tcp], from", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.DoesNotContain("postgres", draft.Text, StringComparison.Ordinal);
        Assert.Contains(draft.Notes, static note => note.Contains("closed by this policy: https, vnc", StringComparison.Ordinal));
    }

    [Fact]
    public void A_host_with_one_network_asks_for_the_way_in()
    {
        TestHost host = OneNetwork();
        (HostPolicy isolated, PolicyDraft draft) = Written(host);
        Assert.Empty(isolated.Zones);
        Assert.Equal(["management", "vpn"], isolated.Ssh.From);
        Assert.Contains(draft.Notes, static note => note.StartsWith("no management network and no VPN was found", StringComparison.Ordinal));

        (HostPolicy edge, _) = Written(host, new InitWishes { Profile = Profile.Edge });
        Assert.Equal(["internet"], edge.Ssh.From);
    }

    [Fact]
    public void Who_has_a_key_goes_on_being_let_in()
    {
        TestHost host = new TestHost()
            .Config("/etc/passwd", "root:x:0:0::/root:/bin/bash\nann:x:1000:1000::/home/ann:/bin/bash\nbob:x:1001:1001::/home/bob:/bin/bash\nnobody:x:65534:65534::/:/usr/sbin/nologin\n")
            .Config("/etc/group", "root:x:0:\nsudo:x:27:ann\n")
            .Config("/etc/ssh/sshd_config", "PasswordAuthentication yes\n").Dpkg("openssh-server=1:9.2p1-2+deb12u3")
            .Config("/home/ann/.ssh/authorized_keys", AuthorizedKeys.Reduce("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA ann\n"));
        (HostPolicy policy, PolicyDraft draft) = Written(host);
        Assert.Equal(["ann"], policy.Ssh.AllowUsers);
        Assert.DoesNotContain(draft.Notes, static note => note.Contains("key", StringComparison.Ordinal));

        (HostPolicy without, draft) = Written(host.Config("/home/ann/.ssh/authorized_keys", ""));
        Assert.Empty(without.Ssh.AllowUsers);
        Assert.Contains(draft.Notes, static note => note.Contains("passwords stay on until", StringComparison.Ordinal));
    }

    [Fact]
    public void Whatever_is_on_a_host_the_policy_reads_back_and_stays_small()
    {
        var random = new Random(20261128);
        string[] names = ["eth0", "eth1", "br0", "wg0", "virbr0", "vnet3", "vnet12", "tap0", "docker0", "ens3.100", "we\"ird", "a b", "null", "x#y", "[z]", "t,u", "~", "-", "é", "bond0*"];
        string[] programs = ["nginx", "", "we: ird", "\u001b[2J", "a\nb: {", "#", "' \" ]", "null", "ÄÖ", "dnsmasq", "sshd", "qemu-system-x86", new string('p', 90), "\u2028\u0085"];
        int zones = 0;
        for (int round = 0; round < 60; round++)
        {
            string[] here = [.. names.OrderBy(_ => random.Next()).Take(random.Next(1, 7))];
            TestHost host = Random(random, here, programs);
            var wishes = new InitWishes
            {
                Profile = (Profile)random.Next(3),
                SshPort = random.Next(2) == 0 ? null : (ushort)random.Next(1, 65536),
                Zones = random.Next(3) == 0 ? [new ZonePolicy("management", [here[0].Trim('"', '*', 'é').Replace("\"", "", StringComparison.Ordinal) is { Length: > 0 } name ? name.Replace(" ", "", StringComparison.Ordinal) : "eth9"], [])] : [],
            };
            PolicyDraft draft = PolicyWriter.Write(HostFacts.Read(host.Snapshot), wishes, TestHost.Now);
            PolicyReading reading = PolicyReader.Read(draft.Text, "p");
            Assert.True(reading.IsOk, $"round {round}: {string.Join('\n', reading.Problems)}\n{draft.Text}");
            Assert.True(draft.Text.Length < 16_000, draft.Text);
            Assert.DoesNotContain(draft.Text, static c => char.IsControl(c) && c != '\n');
            zones += reading.Policy.Zones.Length;
        }

        Assert.True(zones > 60, $"{zones} zones: the hosts say too little");
    }

    private static TestHost Random(Random random, string[] names, string[] programs)
    {
        static string Json(string text) => $"\"{JsonEncodedText.Encode(text)}\"";
        string[] kinds = ["", "bridge", "wireguard", "tun", "veth", "vlan"];
        string links = string.Join(',', names.Select((name, i) =>
            $$"""{"ifindex":{{i + 2}},"ifname":{{Json(name)}},"flags":["UP"],"mtu":1500,"operstate":"UP","link_type":"ether","address":"52:54:00:00:00:0{{i}}"{{(random.Next(4) == 0 && i > 0 ? $",\"master\":{Json(names[0])}" : "")}},"linkinfo":{"info_kind":"{{kinds[random.Next(kinds.Length)]}}" } }"""));
        string[] networks = ["192.168.1.5/24", "10.8.0.1/24", "203.0.113.7/24", "192.168.1.9/24", "172.17.0.1/16", "10.0.0.1/8"];
        string addresses = string.Join(',', names.Select((name, i) =>
        {
            string[] parts = networks[random.Next(networks.Length)].Split('/');
            return $$"""{"ifindex":{{i + 2}},"ifname":{{Json(name)}},"addr_info":[{"family":"inet","local":"{{parts[0]}}","prefixlen":{{parts[1]}},"scope":"global"},{"family":"inet6","local":"fe80::{{i + 1}}","prefixlen":64,"scope":"link"}]}""";
        }));
        string routes = random.Next(3) == 0 ? "[]" : $$"""[{"dst":"default","gateway":"203.0.113.1","dev":{{Json(names[^1])}},"table":"main"},{"dst":"10.9.0.0/16","dev":{{Json(names[0])}},"table":"main"}]""";
        Listener[] listeners = [.. Enumerable.Range(0, random.Next(12)).Select(_ => TestHost.Socket(
            random.Next(2) == 0 ? "tcp" : "udp", random.Next(3) == 0 ? "::" : "0.0.0.0", new[] { 22, 53, 80, 443, 1194, 51820, 8443, 5900, random.Next(1, 65536) }[random.Next(9)], "", programs[random.Next(programs.Length)]))];
        return new TestHost().Text(SnapshotNames.Links, $"[{links}]").Text(SnapshotNames.Addresses, $"[{addresses}]").Text(SnapshotNames.Routes, routes).Text(SnapshotNames.Routes6, "[]").Listeners(listeners);
    }

    private static TestHost OneNetwork() => new TestHost()
        .Text(SnapshotNames.Links, """[{"ifindex":2,"ifname":"eth0","flags":["UP"],"mtu":1500,"operstate":"UP","link_type":"ether","address":"52:54:00:00:00:02"}]""")
        .Text(SnapshotNames.Addresses, """[{"ifindex":2,"ifname":"eth0","addr_info":[{"family":"inet","local":"203.0.113.10","prefixlen":24,"scope":"global"}]}]""")
        .Text(SnapshotNames.Routes, """[{"dst":"default","gateway":"203.0.113.1","dev":"eth0","table":"main"}]""")
        .Text(SnapshotNames.Routes6, "[]");

    private static IEnumerable<string> Services(HostPolicy policy) =>
        policy.Services.Select(static service => $"{service.Name} {string.Join(' ', service.Ports)} {string.Join(' ', service.From)}");

    private static (HostPolicy Policy, PolicyDraft Draft) Written(TestHost host, InitWishes? wishes = null)
    {
        PolicyDraft draft = PolicyWriter.Write(HostFacts.Read(host.Snapshot), wishes ?? new InitWishes(), TestHost.Now);
        PolicyReading reading = PolicyReader.Read(draft.Text, "policy.yaml");
        Assert.Empty(reading.Problems);
        return (reading.Policy!, draft);
    }
}
