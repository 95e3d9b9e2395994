using Virtward.Core.Results;
using Virtward.Core.Snapshots;
using Virtward.Exposure.Facts;
using Virtward.Exposure.Facts.Guests;
using Xunit;

namespace Virtward.Tests.Exposure.Facts;

public sealed class GuestReaderTests
{
    private const string Domain =
        """
        <domain type='kvm' id='3' xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'>
          <name>web1</name><uuid>5d1f1e3c-0000-4000-8000-000000000001</uuid>
          <devices>
            <interface type='network'><mac address='52:54:00:aa:bb:01'/><source network='default' portid='x'/><target dev='vnet0'/><port isolated='yes'/>
              <filterref filter='clean-traffic'><parameter name='IP' value='192.168.122.50'/></filterref></interface>
            <interface type='bridge'><mac address='52:54:00:aa:bb:02'/><source bridge='br0'/></interface>
            <interface type='direct'><mac address='52:54:00:aa:bb:03'/><source dev='eth1' mode='bridge'/><target dev='macvtap0'/></interface>
            <graphics type='vnc' port='5901' autoport='yes' websocket='5701' listen='0.0.0.0' passwd='(removed)'><listen type='address' address='0.0.0.0'/></graphics>
            <graphics type='spice' port='-1' tlsPort='5911' listen='127.0.0.1'/>
            <graphics type='vnc'><listen type='socket' socket='/run/x'/></graphics>
            <serial type='tcp'><source mode='bind' host='0.0.0.0' service='2445'/><protocol type='telnet'/></serial>
            <serial type='tcp'><source mode='connect' host='192.0.2.1' service='2445'/></serial>
          </devices>
          <qemu:commandline><qemu:arg value='-gdb'/><qemu:arg value='tcp::1234'/></qemu:commandline>
        </domain>
        """;

    private readonly List<Problem> _problems = [];

    [Fact]
    public void A_guest_has_interfaces_and_what_its_qemu_listens_with()
    {
        Guest guest = DomainReader.Read("d.xml", $"<domstatus>{Domain}</domstatus>", running: true, _problems)!;
        Assert.Equal(("web1", true, "5d1f1e3c-0000-4000-8000-000000000001"), (guest.Name, guest.Running, guest.Uuid));
        Assert.Equal(
            new GuestInterface("network", 0x525400aabb01) { Target = "vnet0", Network = "default", Isolated = true, Filter = "clean-traffic" },
            guest.Interfaces[0]);
        Assert.Equal("br0", guest.Interfaces[1].Bridge);
        Assert.Equal("eth1", guest.Interfaces[2].Lower);
        Assert.Equal(
            ["vnc 0.0.0.0 5901 True", "vnc-websocket 0.0.0.0 5701 True", "spice 127.0.0.1 0 False", "spice-tls 127.0.0.1 5911 False", "serial 0.0.0.0 2445 False", "gdb  1234 False"],
            guest.Endpoints.Select(static one => $"{one.Purpose} {one.Listen} {one.Port} {one.Password}"));
        Assert.Equal("192.168.122.50", Assert.Single(guest.Addresses).Address.ToString());
    }

    [Fact]
    public void Its_addresses_come_from_leases_neighbours_and_its_agent()
    {
        HostFacts facts = HostFacts.Read(SampleHost.Of(
            (SnapshotNames.Domains + "web1.xml", Domain.Replace("vnet0", "", StringComparison.Ordinal)),
            (SnapshotNames.RunningDomains + "web1.xml", Domain),
            (SnapshotNames.Networks + "default.xml", "<network><name>default</name><forward mode='nat'/><bridge name='virbr0'/><ip address='192.168.122.1' netmask='255.255.255.0'><dhcp><range start='a' end='b'/><host mac='52:54:00:aa:bb:02' ip='192.168.122.60'/></dhcp></ip><ip family='ipv6' address='fd00:122::1' prefix='64'/></network>"),
            (SnapshotNames.Leases + "virbr0.json", """[{"ip-address":"192.168.122.77","mac-address":"52:54:00:aa:bb:01","expiry-time":1}]"""),
            (SnapshotNames.Neighbours, """[{"dst":"192.168.122.78","dev":"virbr0","lladdr":"52:54:00:aa:bb:01","state":["REACHABLE"]},{"dst":"192.168.122.79","dev":"virbr0","state":["FAILED"]}]"""),
            (SnapshotNames.AgentAddresses + "web1.txt", " lo  00:00:00:00:00:00  ipv4  127.0.0.1/8\n eth0  52:54:00:aa:bb:01  ipv4  192.168.122.77/24\n -  -  ipv6  fe80::1/64\n eth9  52:54:00:ff:ff:ff  ipv4  192.0.2.1/24\n")));
        Guest guest = Assert.Single(facts.Guests);
        Assert.True(guest.Running);
        Assert.Equal("virbr0", guest.Interfaces[0].Bridge);
        Assert.Equal(
            ["192.168.122.50 Configured", "192.168.122.60 Configured", "192.168.122.77 Lease", "192.168.122.78 Neighbour", "fe80::1 Agent"],
            guest.Addresses.Select(static one => $"{one.Address} {one.Source}"));
        GuestNetwork network = Assert.Single(facts.GuestNetworks);
        Assert.Equal(("virbr0", "nat", true, false), (network.Bridge, network.Forward, network.Dhcp, network.Active));
        Assert.Equal(["192.168.122.1/24", "fd00:122::1/64"], network.Addresses.Select(static one => $"{one.Address}/{one.Length}"));
        Assert.Empty(facts.Problems);
    }

    [Theory]
    [InlineData("")]
    [InlineData("<domain")]
    [InlineData("<domain/>")]
    [InlineData("<network><name>x</name></network>")]
    [InlineData("<!DOCTYPE d [<!ENTITY e SYSTEM 'file:///etc/hostname'>]><domain><name>&e;</name></domain>")]
    [InlineData("<!DOCTYPE d [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;'>]><domain><name>&b;</name></domain>")]
    public void Xml_that_is_no_guest_is_a_problem(string text)
    {
        Assert.Null(DomainReader.Read("d.xml", text, running: false, _problems));
        Assert.Single(_problems);
    }

    [Fact]
    public void Xml_out_of_measure_is_a_problem()
    {
        Assert.Null(DomainReader.Read("d.xml", string.Concat(Enumerable.Repeat("<domain>", 100_000)), running: false, _problems));
        Assert.Null(DomainReader.Read("d.xml", $"<domain><name>{new string('x', 5_000_000)}</name></domain>", running: false, _problems));
        Assert.Equal(2, _problems.Count);
    }

    [Fact]
    public void Damaged_xml_never_throws()
    {
        var random = new Random(3);
        for (int round = 0; round < 2000; round++)
        {
            char[] damaged = Domain.ToCharArray();
            for (int i = random.Next(1, 5); i > 0; i--)
            {
                damaged[random.Next(damaged.Length)] = "<>&'/=!\0\ud800x9"[random.Next(11)];
            }

            _ = DomainReader.Read("d.xml", new string(damaged), running: true, _problems);
            _ = NetworkReader.Read("n.xml", new string(damaged).Replace("domain", "network", StringComparison.Ordinal), _problems);
        }
    }
}
