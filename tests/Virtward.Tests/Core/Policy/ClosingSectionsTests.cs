using Virtward.Core.Net;
using Virtward.Core.Policy;
using Virtward.Core.Policy.Reading;
using Xunit;

namespace Virtward.Tests.Core.Policy;

/// <summary>The sections that say how a host is closed: firewall, ssh, kernel, ipv6, libvirt, resolver, updates, software.</summary>
public sealed class ClosingSectionsTests
{
    [Fact]
    public void Every_key_is_bound()
    {
        HostPolicy policy = PolicyReader.Read(PolicyReaderTests.EveryKey, "p").Policy!;

        FirewallPolicy firewall = policy.Firewall;
        Assert.Equal((false, false, false), (firewall.Managed, firewall.Log, firewall.AntiSpoofing));
        Assert.Equal(["vpn"], firewall.Ping);
        Assert.Equal(["vpn: management guests", "guests: "], firewall.Forward.Select(static way => $"{way.From}: {string.Join(' ', way.To)}"));
        Assert.Equal("53/udp 5353/tcp", string.Join(' ', firewall.GuestServices));
        Assert.Equal("53/tcp 443/tcp 53/tcp 53/udp", string.Join(' ', firewall.Output!.Value));

        SshPolicy ssh = policy.Ssh;
        Assert.Equal((false, RootLogin.No, true, SshForwarding.All), (ssh.Managed, ssh.RootLogin, ssh.Passwords, ssh.Forwarding));
        Assert.Equal([(ushort)2222, (ushort)22], ssh.Ports);
        Assert.Equal([Address.Parse("192.168.1.5"), Address.Parse("192.168.1.6")], ssh.Listen);
        Assert.Equal(new ServiceRate(5, TimeSpan.FromMinutes(1)), ssh.Rate);
        Assert.Equal("vpn | admin ops@192.168.1.* | wheel", string.Join(" | ", string.Join(' ', ssh.From), string.Join(' ', ssh.AllowUsers), string.Join(' ', ssh.AllowGroups)));

        Assert.False(policy.Kernel.Managed);
        Assert.Equal("[net.ipv4.conf.eth0/5.rp_filter, 2] [net.ipv4.ip_forward, 1]", string.Join(' ', policy.Kernel.Sysctl));
        Assert.Equal(["dccp", "usb-storage"], policy.Kernel.BlockedModules);
        Assert.Equal(Ipv6Policy.Off, policy.Ipv6);
        Assert.Equal(new LibvirtPolicy { Managed = false, Tls = true, GuestNames = false, LocalConsoles = false }, policy.Libvirt);
        Assert.Equal(new ResolverPolicy { Managed = false, Llmnr = true, MulticastDns = true }, policy.Resolver);
        Assert.Equal(new UpdatesPolicy { Automatic = true, RebootAt = new TimeOnly(3, 30) }, policy.Updates);
        Assert.Equal(["xinetd"], policy.Software.Absent);
        Assert.Equal(["cups.service"], policy.Software.MaskedUnits);
        Assert.Equal(DriftRhythm.Weekly, policy.Drift.Every);
    }

    [Fact]
    public void Without_the_sections_the_defaults_hold()
    {
        HostPolicy bare = PolicyReader.Read("version: 1\n", "p").Policy!;
        HostPolicy empty = PolicyReader.Read("version: 1\nfirewall:\nssh: {}\nkernel:\nlibvirt:\nresolver:\nupdates:\nsoftware:\ndrift:\n", "p").Policy!;
        Assert.All([bare, empty], static policy =>
        {
            Assert.True(policy.Firewall is { Managed: true, Log: true, AntiSpoofing: true, Output: null });
            Assert.Equal("guests: internet", string.Join(';', policy.Firewall.Forward.Select(static way => $"{way.From}: {string.Join(' ', way.To)}")));
            Assert.Equal("53/udp 53/tcp 67/udp 547/udp", string.Join(' ', policy.Firewall.GuestServices));
            Assert.Equal(["management", "vpn"], policy.Ssh.From);
            Assert.True(policy.Ssh is { Managed: true, Passwords: false, RootLogin: RootLogin.Keys, Forwarding: SshForwarding.Local });
            Assert.Equal(Ipv6Policy.On, policy.Ipv6);
            Assert.Contains("telnetd", policy.Software.Absent);
            Assert.Equal(DriftRhythm.Daily, policy.Drift.Every);
        });
    }

    [Theory]
    [InlineData("ssh: { root-login: no }", RootLogin.No)]
    [InlineData("ssh: { root-login: \"no\" }", RootLogin.No)]
    [InlineData("ssh: { root-login: keys }", RootLogin.Keys)]
    public void Root_login_is_a_word(string text, RootLogin expected) => Assert.Equal(expected, PolicyReader.Read($"version: 1\n{text}", "p").Policy!.Ssh.RootLogin);

    [Fact]
    public void False_takes_a_limit_away()
    {
        Assert.Null(PolicyReader.Read("version: 1\nssh: { rate: false }", "p").Policy!.Ssh.Rate);
        Assert.Null(PolicyReader.Read("version: 1\nupdates: { reboot-at: false }", "p").Policy!.Updates.RebootAt);
        Assert.Null(PolicyReader.Read("version: 1\nfirewall: { output: open }", "p").Policy!.Firewall.Output);
        Assert.Equal([], PolicyReader.Read("version: 1\nfirewall: { output: [] }", "p").Policy!.Firewall.Output!.Value);
        Assert.Equal("80/tcp", PolicyReader.Read("version: 1\nfirewall: { output: 80 }", "p").Policy!.Firewall.Output!.Value.Single().ToString());
    }

    [Theory]
    [InlineData("firewall: { manage: no }", "1:21: expected true or false, found 'no'")]
    [InlineData("firewall: { ping: [guest] }", "1:20: expected one of internet, management, vpn, guests, containers, found 'guest' (did you mean 'guests'?)")]
    [InlineData("firewall: { forward: [guests] }", "1:22: expected zones with the zones that they may reach, such as 'guests: [internet]', found a list")]
    [InlineData("firewall: { forward: { guests: [guests] } }", "1:33: guests forwards to itself")]
    [InlineData("firewall: { forward: { gests: [internet] } }", "1:24: expected one of internet, management, vpn, guests, containers, found 'gests'")]
    [InlineData("firewall: { forward: { guests: [internet, internet] } }", "1:43: internet stands here a second time")]
    [InlineData("firewall: { forward: { guests: { internet: } } }", "1:32: expected one of internet")]
    [InlineData("firewall: { output: }", "expected open, or a list of ports such as [53, 53/udp, 80, 443, 123/udp], found nothing")]
    [InlineData("firewall: { output: closed }", "1:21: expected a port such as 22, 5900-5999/tcp, 51820/udp or ssh, found 'closed'")]
    [InlineData("firewall: { guest-services: [53/sctp] }", "expected the protocol tcp or udp after the '/'")]
    public void In_the_firewall(string text, string expected) => AssertTells(text, expected);

    [Theory]
    [InlineData("ssh: { ports: [22/tcp] }", "1:16: expected a port's number, from 1 to 65535, found '22/tcp'")]
    [InlineData("ssh: { ports: [0] }", "expected a port's number")]
    [InlineData("ssh: { ports: [22, 22] }", "1:20: port 22 stands here a second time")]
    [InlineData("ssh: { listen: [0.0.0.0] }", "1:17: 0.0.0.0 is every address (leave the list empty for that)")]
    [InlineData("ssh: { listen: [\"::\"] }", ":: is every address")]
    [InlineData("ssh: { listen: [239.1.2.3] }", "nobody can listen on 239.1.2.3")]
    [InlineData("ssh: { listen: [\"ff02::1\"] }", "nobody can listen on ff02::1")]
    [InlineData("ssh: { listen: [10.0.0.0/8] }", "expected an address such as 192.168.1.5 or 2001:db8::5, found '10.0.0.0/8'")]
    [InlineData("ssh: { listen: [kvm1.example.org] }", "names are never resolved: write the address")]
    [InlineData("ssh: { listen: [127.0.0.1, \"::1\"] }", "1:16: sshd would listen on loopback only")]
    [InlineData("ssh: { from: [] }", "1:14: nobody could log in by SSH")]
    [InlineData("ssh: { from: }", "nobody could log in by SSH")]
    [InlineData("ssh: { from: [management, office] }", "1:27: expected one of internet, management")]
    [InlineData("ssh: { rate: 20 }", "expected a rate such as 20/minute (second, minute, hour, day), or false for none, found '20'")]
    [InlineData("ssh: { root-login: yes }", "expected 'no' or 'keys', found 'yes'")]
    [InlineData("ssh: { allow-users: [\"a b\"] }", "expected a name such as admin")]
    [InlineData("ssh: { allow-users: [\"#x\"] }", "expected a name such as admin")]
    [InlineData("ssh: { allow-users: [root], root-login: no }", "1:21: root is the only user who may log in, and 'root-login: no' keeps root out")]
    [InlineData("ssh: { forwarding: remote }", "expected 'none' or 'local' or 'all', found 'remote'")]
    public void In_ssh(string text, string expected) => AssertTells(text, expected);

    [Theory]
    [InlineData("kernel: { sysctl: [net.ipv4.ip_forward] }", "expected kernel settings, such as 'net.ipv4.ip_forward: 1', found a list")]
    [InlineData("kernel: { sysctl: { ip_forward: 1 } }", "'ip_forward' is no kernel setting's name")]
    [InlineData("kernel: { sysctl: { net/ipv4/ip_forward: 1 } }", "is no kernel setting's name (write it as sysctl does: net.ipv4.ip_forward;")]
    [InlineData("kernel: { sysctl: { net..ipv4: 1 } }", "is no kernel setting's name")]
    [InlineData("kernel: { sysctl: { a.../../etc/passwd: 1 } }", "is no kernel setting's name")]
    [InlineData("kernel: { sysctl: { net.ipv4.ip_forward: } }", "expected the setting's value, on one line, found nothing")]
    [InlineData("kernel: { sysctl: { net.ipv4.ip_forward: \"1\\nkernel.sysrq=1\" } }", "expected the setting's value, on one line")]
    [InlineData("kernel: { blocked-modules: [\"install x\"] }", "expected a module's name, such as dccp")]
    [InlineData("kernel: { blocked-modules: [nf-tables] }", "a host of guests behind a firewall cannot do without nf-tables")]
    [InlineData("ipv6: false", "1:7: expected 'on' or 'off', found 'false'")]
    [InlineData("ipv6: [off]", "expected 'on' or 'off', found a list")]
    [InlineData("libvirt: { tls: maybe }", "expected true or false, found 'maybe'")]
    [InlineData("libvirt: { tcp: true }", "unknown key 'tcp' in libvirt")]
    [InlineData("resolver: { mdns: true }", "unknown key 'mdns' in resolver (known are manage, llmnr, multicast-dns)")]
    [InlineData("updates: { reboot-at: 25:00 }", "expected a time of the day such as \"03:30\", or false for never, found '25:00'")]
    [InlineData("updates: { automatic: false, reboot-at: 03:30 }", "1:41: nothing restarts the host for updates that do not install themselves")]
    [InlineData("drift: { every: day }", "1:17: expected 'off' or 'hourly' or 'daily' or 'weekly', found 'day'")]
    [InlineData("software: { absent: [\"-rf\"] }", "expected a package's name, such as telnetd, found '-rf'")]
    [InlineData("software: { absent: [openssh-server] }", "without openssh-server nobody could look after this host")]
    [InlineData("software: { masked-units: [cups] }", "expected a unit's full name, such as cups.service, found 'cups'")]
    [InlineData("software: { masked-units: [ssh.service] }", "without ssh.service nobody could look after this host")]
    public void In_the_others(string text, string expected) => AssertTells(text, expected);

    [Theory]
    [InlineData("zones: { a: { interfaces: [eth1] }, b: { interfaces: [eth2, eth1] } }", "1:61: eth1 is in the zones a and b")]
    [InlineData("zones: { a: { sources: [10.0.0.1] }, b: { sources: [10.0.0.0/24, 10.0.0.1/32] } }", "1:66: 10.0.0.1 is in the zones a and b")]
    [InlineData("zones: { a: { sources: [10.0.0.0/24] }, b: { interfaces: [eth1], sources: [10.0.0.0/24] } }", "10.0.0.0/24 is in the zones a and b")]
    [InlineData("zones: { a: { interfaces: eth1 }, b: { interfaces: eth1 } }", "1:52: eth1 is in the zones a and b")]
    [InlineData("ipv6: on\nkernel: { sysctl: { net.ipv6.conf.all.disable_ipv6: 1 } }", "2:21: this switches IPv6 off, and 'ipv6: on' says that it is used")]
    [InlineData("ipv6: off\nssh: { listen: [192.0.2.1, \"2001:db8::5\"] }", "2:28: sshd cannot listen on 2001:db8::5: 'ipv6: off' switches IPv6 off")]
    [InlineData("kernel: { sysctl: { net.ipv4.ip_forward: 0 } }\nfirewall: { forward: { guests: [internet] } }", "1:21: nothing is forwarded with this")]
    [InlineData("services: { ssh: { from: [internet] } }\nssh: { from: [vpn] }", "1:13: service ssh opens sshd's port to internet, and ssh.from does not")]
    [InlineData("services: { door: { ports: [2000-3000], from: [guests] } }\nssh: { from: [vpn], ports: [2222] }", "1:13: service door opens sshd's port to guests")]
    [InlineData("services: { ssh: { from: [vpn], rate: 6/minute } }\nssh: { rate: 20/minute }", "1:13: service ssh and ssh.rate limit sshd's port in two ways")]
    public void Between_keys(string text, string expected) => AssertTells(text, expected);

    [Theory]
    [InlineData("zones: { internet: { interfaces: [eth0] }, office: { interfaces: [eth0], sources: [192.0.2.0/24] } }")]
    [InlineData("zones: { a: { sources: [10.0.0.0/8] }, b: { sources: [10.8.0.0/24] } }")]
    [InlineData("zones: { a: { interfaces: [virbr1], sources: [192.168.122.0/24] }, b: { interfaces: [virbr0], sources: [192.168.122.0/24] } }")]
    [InlineData("services: { ssh: { from: [internet] } }")]
    [InlineData("services: { ssh: { from: [vpn] } }\nssh: { from: [management, vpn] }")]
    [InlineData("kernel: { sysctl: { net.ipv4.ip_forward: 0 } }")]
    [InlineData("kernel: { sysctl: { net.ipv6.conf.all.disable_ipv6: 1 } }")]
    [InlineData("ssh: { listen: [127.0.0.1, 192.168.1.5] }")]
    public void What_is_no_contradiction(string text) => Assert.Empty(PolicyReader.Read($"{text}\nversion: 1", "p").Problems);

    private static void AssertTells(string text, string expected)
    {
        PolicyReading reading = PolicyReader.Read($"{text}\nversion: 1", "p");
        Assert.Null(reading.Policy);
        Assert.Contains(expected, string.Join('\n', reading.Problems), StringComparison.Ordinal);
        Assert.Single(reading.Problems);
    }
}
