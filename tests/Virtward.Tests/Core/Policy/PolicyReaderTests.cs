using Virtward.Core.Net;
using Virtward.Core.Policy;
using Virtward.Core.Policy.Reading;
using Xunit;

namespace Virtward.Tests.Core.Policy;

public sealed class PolicyReaderTests
{
    /// <summary>Every key there is, with a value that is not its default.</summary>
    internal const string EveryKey =
        """
        version: 1
        zones:
          internet: { interfaces: [eth0] }
          management: { interfaces: [eth1, vnet*], sources: [192.168.1.0/24, "2001:db8:1::/64"] }
          vpn: { interfaces: wg0 }
        services:
          panel: { ports: [8443/tcp], from: [management], to: guests, rate: 30/minute }
        firewall:
          manage: false
          ping: [vpn]
          forward: { vpn: [management, guests], guests: [] }
          guest-services: [53/udp, 5353]
          output: [53, 443/tcp, dns]
          log: false
          anti-spoofing: false
        ssh:
          manage: false
          ports: [2222, 22]
          listen: [192.168.1.5, 192.168.1.6]
          from: [vpn]
          rate: 5/minute
          root-login: no
          passwords: true
          allow-users: [admin, ops@192.168.1.*]
          allow-groups: wheel
          forwarding: all
        kernel:
          manage: false
          sysctl: { net.ipv4.ip_forward: 1, net.ipv4.conf.eth0/5.rp_filter: "2" }
          blocked-modules: [dccp, usb-storage]
        ipv6: off
        libvirt: { manage: false, tls: true, local-consoles: false, guest-names: false }
        resolver: { manage: false, llmnr: true, multicast-dns: true }
        updates: { automatic: true, reboot-at: "03:30" }
        software: { absent: [xinetd], masked-units: [cups.service] }
        drift: { every: weekly }
        audit:
          profile: edge
          waive: { SSH-05: { until: 2027-01-31, because: later } }
        guard:
          never-ban: [192.0.2.10, 198.51.100.0/24, 2001:db8::/32, fe80::]
          manage: false
          max-tracked: 5000
          defaults:
            findtime: 20m
            maxretry: 7
            bantime: 2h
            increment: { factor: 1.5, cap: 3w, jitter: 0.25 }
            ports: [22]
            mode: simulate
          jails:
            sshd:
              enabled: true
              filter: "sshd[mode=aggressive]"
              logs: [/var/log/auth.log, /var/log/secure*]
              journal: true
              findtime: 1h 30m
              maxretry: 3
              bantime: 90
              mode: enforce
              ports: [ssh, 2222/tcp, 5900-5999/tcp, wireguard, dns]
              never-ban: [203.0.113.7]
              prefixes: false
              increment: { cap: 1d }
            off: { enabled: false, filter: /etc/virtward/filters/mine.yaml }
            dovecot:
            recidive: { findtime: 1d, increment: false }
          prefix-bans:
            enabled: false
            threshold: 4
            count: seen
            window: 2h
            bantime: 2d
            increment: { factor: 3 }
            v4: { levels: { 26: 5, 24: 6, 20: 60 }, largest: 24 }
            v6: { levels: [60, 56, 48] }
          siege: { enabled: false, window: 5m, min-sources: 40, factor: 2.5, account-sources: 25, maxretry: 2 }
        """;

    [Fact]
    public void Binds_every_key()
    {
        HostPolicy policy = Read(EveryKey);

        Assert.Equal("policy.yaml", policy.Origin);
        Assert.Equal(["internet", "management", "vpn"], policy.Zones.Select(zone => zone.Name));
        Assert.Equal(["eth1", "vnet*"], policy.Zones[1].Interfaces);
        Assert.Equal([Prefix.Parse("192.168.1.0/24"), Prefix.Parse("2001:db8:1::/64")], policy.Zones[1].Sources);
        Assert.Equal(["wg0"], policy.Zones[2].Interfaces);

        GuardPolicy guard = policy.Guard;
        Assert.Equal("192.0.2.10 198.51.100.0/24 2001:db8::/32 fe80::", string.Join(' ', guard.NeverBan));
        Assert.Equal(5000, guard.MaxTracked);
        Assert.False(guard.Managed);

        Assert.Equal(["sshd", "dovecot", "recidive"], guard.Jails.Select(jail => jail.Name));
        JailPolicy sshd = guard.Jails[0];
        Assert.Equal(("sshd", "aggressive"), (sshd.Filter.Name, sshd.Filter.Mode));
        Assert.Equal(["/var/log/auth.log", "/var/log/secure*"], sshd.Logs);
        Assert.True(sshd.Journal);
        Assert.Equal((TimeSpan.FromMinutes(90), 3, TimeSpan.FromSeconds(90)), (sshd.FindTime, sshd.MaxRetry, sshd.BanTime));
        Assert.Equal(JailMode.Enforce, sshd.Mode);
        Assert.Equal("22/tcp 2222/tcp 5900-5999/tcp 51820/udp 53/tcp 53/udp", string.Join(' ', sshd.Ports));
        Assert.Equal([Prefix.Parse("203.0.113.7")], sshd.NeverBan);
        Assert.False(sshd.Prefixes);
        Assert.Equal(new IncrementPolicy { Factor = 1.5, Cap = TimeSpan.FromDays(1), Jitter = 0.25 }, sshd.Increment);

        PrefixBanPolicy prefixes = guard.Prefixes;
        Assert.False(prefixes.Enabled);
        Assert.Equal((4, PrefixCounting.Seen), (prefixes.Threshold, prefixes.Counting));
        Assert.Equal((TimeSpan.FromHours(2), TimeSpan.FromDays(2)), (prefixes.Window, prefixes.BanTime));
        Assert.Equal(new IncrementPolicy { Factor = 3 }, prefixes.Increment);
        Assert.Equal([new(26, 5), new(24, 6)], prefixes.V4);
        Assert.Equal([new(60, 4), new(56, 12), new(48, 36)], prefixes.V6);

        Assert.Equal(
            new SiegePolicy { Enabled = false, Window = TimeSpan.FromMinutes(5), MinSources = 40, Factor = 2.5, AccountSources = 25, MaxRetry = 2 },
            guard.Siege);
    }

    [Fact]
    public void A_jail_inherits_the_defaults_and_is_named_after_its_filter()
    {
        HostPolicy policy = Read(EveryKey);

        JailPolicy dovecot = policy.Guard.Jails[1];
        Assert.Equal("dovecot", dovecot.Filter.Name);
        Assert.Equal((TimeSpan.FromMinutes(20), 7, TimeSpan.FromHours(2)), (dovecot.FindTime, dovecot.MaxRetry, dovecot.BanTime));
        Assert.Equal(new IncrementPolicy { Factor = 1.5, Cap = TimeSpan.FromDays(21), Jitter = 0.25 }, dovecot.Increment);
        Assert.Equal(JailMode.Simulate, dovecot.Mode);
        Assert.Equal("22/tcp", string.Join(' ', dovecot.Ports));
        Assert.Null(dovecot.Journal);
        Assert.Null(policy.Guard.Jails[2].Increment);
    }

    [Fact]
    public void A_bare_policy_has_the_documented_defaults()
    {
        HostPolicy policy = Read("version: 1\nguard: { jails: { sshd: } }\n");

        JailPolicy sshd = Assert.Single(policy.Guard.Jails);
        Assert.Equal((TimeSpan.FromMinutes(10), 5, TimeSpan.FromHours(1)), (sshd.FindTime, sshd.MaxRetry, sshd.BanTime));
        Assert.Null(sshd.Increment);
        Assert.Equal([new(24, 3), new(20, 24), new(16, 96)], policy.Guard.Prefixes.V4);
        Assert.Equal([new(56, 3), new(48, 9)], policy.Guard.Prefixes.V6);
        Assert.Equal(new SiegePolicy(), policy.Guard.Siege);
        Assert.Equal(1_000_000, policy.Guard.MaxTracked);
        Assert.True(policy.Guard.Managed);
    }

    [Fact]
    public void A_switch_can_stand_for_a_section()
    {
        GuardPolicy guard = Read("version: 1\nguard: { prefix-bans: false, siege: false, defaults: { increment: true } }\n").Guard;

        Assert.False(guard.Prefixes.Enabled);
        Assert.False(guard.Siege.Enabled);
        Assert.True(Read("version: 1\nguard: { prefix-bans: true, siege: true }\n").Guard is { Prefixes.Enabled: true, Siege.Enabled: true });
    }

    [Fact]
    public void All_mistakes_of_a_file_are_told_at_once()
    {
        const string text =
            """
            version: 1
            zones:
              management: { interfaces: [eth1], sources: [10.0.0.1/8] }
            guard:
              never-ban: [admin.example.org]
              jails:
                sshd:
                  findtme: 10m
                  maxretry: many
                  bantime: -1
                  ports: [ssh, 70000]
                  maxretry: 3
                "web server": { filter: nginx }
              prefix-bans:
                v4: { levels: [16, 24] }
              siege: { factor: 0.5 }
            kernal: {}
            """;

        PolicyReading reading = PolicyReader.Read(text, "policy.yaml");

        Assert.False(reading.IsOk);
        string[] expected =
        [
            "policy.yaml:3:47: '10.0.0.1/8' has bits set past its length (write 10.0.0.0/8 for the network, or 10.0.0.1 for the one address)",
            "policy.yaml:5:15: expected an address or network such as 192.0.2.10, 198.51.100.0/24 or 2001:db8::/32, found 'admin.example.org' (names are never resolved: write the address)",
            "policy.yaml:8:7: unknown key 'findtme' in jail sshd (did you mean 'findtime'?)",
            "policy.yaml:9:17: expected a whole number from 1 to 1000, found 'many'",
            "policy.yaml:10:16: '-1' would never end, and every ban ends (write a long one, such as 52w)",
            "policy.yaml:11:20: expected a port such as 22, 5900-5999/tcp, 51820/udp or ssh, found '70000' (ports go from 1 to 65535)",
            "policy.yaml:12:7: the key 'maxretry' stands here a second time (the first is in line 9: join them)",
            "policy.yaml:13:5: 'web server' cannot name a jail (names are made of a-z, 0-9 and '-', 32 letters at most)",
            "policy.yaml:15:19: level 24 comes after level 16 (write the longest prefix first, each length once, such as [24, 20, 16])",
            "policy.yaml:16:20: expected a number from 1 to 1000, found '0.5'",
            "policy.yaml:17:1: unknown key 'kernal' in the policy (did you mean 'kernel'?)",
        ];
        Assert.Equal(expected, reading.Problems.Select(problem => problem.ToString()));
    }

    [Fact]
    public void Firewalls_of_others_are_told_which_zone_is_meant()
    {
        Assert.Equal([("eth1", "internal"), ("br0.5", "work_2")], PolicyReader.Read("version: 1\nfirewall: { firewalld: { eth1: internal, br0.5: work_2 } }\n", "p").Policy!.Firewall.FirewalldZones);
        Assert.Equal(
            ["p:3:19: expected one of firewalld's zones, such as internal, found '--reload' (firewall-cmd --get-zones lists them)"],
            PolicyReader.Read("version: 1\nfirewall:\n  firewalld: { a: --reload }\n", "p").Problems.Select(static problem => problem.ToString()));
    }

    [Theory]
    [InlineData("backup", "this version does nothing of that yet: take it out")]
    [InlineData("guests", "this version does nothing of that yet: take it out")]
    [InlineData("vpn", "a VPN's network is a zone, zones: { vpn: … }, and its door a service; this version sets none up")]
    [InlineData("waivers", "waivers stand in audit: waive")]
    [InlineData("consoles", "write it in libvirt: local-consoles")]
    [InlineData("zonez", "did you mean 'zones'?")]
    public void What_comes_later_or_stands_elsewhere_is_refused_with_a_word_about_it(string key, string hint) =>
        Assert.Equal([$"p:2:1: unknown key '{key}' in the policy ({hint})"], PolicyReader.Read($"version: 1\n{key}: {{}}\n", "p").Problems.Select(static problem => problem.ToString()));

    [Fact]
    public void The_policy_in_the_documentation_holds()
    {
        DirectoryInfo? root = new(AppContext.BaseDirectory);
        while (root is not null && !File.Exists(Path.Combine(root.FullName, "Virtward.slnx")))
        {
            root = root.Parent;
        }

        Assert.NotNull(root);
        string page = File.ReadAllText(Path.Combine(root.FullName, "docs", "policy.md"));
        string[] parts = page.Split("```");
        Assert.Equal(3, parts.Length);

        GuardPolicy guard = Read(parts[1]["yaml".Length..]).Guard;
        Assert.Equal(["sshd", "recidive"], guard.Jails.Select(jail => jail.Name));
        Assert.Equal(new PrefixBanPolicy().V4, guard.Prefixes.V4);
        Assert.Equal(new PrefixBanPolicy().V6, guard.Prefixes.V6);
        Assert.Equal(new SiegePolicy(), guard.Siege);
    }

    [Fact]
    public void More_mistakes_than_anybody_reads_are_counted()
    {
        PolicyReading reading = PolicyReader.Read("version: 1\n" + string.Concat(Enumerable.Range(0, 50_000).Select(i => $"unknown{i}: 1\n")), "p");

        Assert.Equal(ProblemList.Most + 1, reading.Problems.Length);
        Assert.Equal("49900 more mistakes", reading.Problems[^1].What);
    }

    private static HostPolicy Read(string text)
    {
        PolicyReading reading = PolicyReader.Read(text, "policy.yaml");
        Assert.Empty(reading.Problems);
        Assert.True(reading.IsOk);
        return reading.Policy;
    }

    [Fact]
    public void Services_have_ports_zones_a_place_and_a_rate()
    {
        HostPolicy policy = PolicyReader.Read("""
            version: 1
            zones: { office: { interfaces: [eth2] } }
            services:
              https: { from: internet }
              panel: { ports: [8443, 9000-9010/tcp, 53/udp], from: [office, vpn], to: management, rate: 30/minute }
            """, "p").Policy!;
        Assert.Equal(["https 443/tcp 443/udp from internet to host ", "panel 8443/tcp 9000-9010/tcp 53/udp from office vpn to management 30/minute"],
            policy.Services.Select(static one => $"{one.Name} {string.Join(' ', one.Ports)} from {string.Join(' ', one.From)} to {one.To} {one.Rate}"));
    }
}
