using System.Globalization;
using System.Text;
using System.Text.Json;
using Virtward.Control;
using Virtward.Core.Net;
using Virtward.Core.Policy;
using Virtward.Core.Time;
using Virtward.Guard;
using Virtward.Guard.Bans;
using Virtward.Guard.Sightings;
using Virtward.Output;
using Xunit;

namespace Virtward.Tests.Output;

/// <summary>What people and programs read, letter by letter.</summary>
public sealed class OutputTests
{
    private static readonly UnixTime Now = UnixTime.FromSeconds(1_800_000_000);

    private static readonly Ban Single = new()
    {
        Target = Prefix.Parse("203.0.113.7"),
        Jail = "sshd",
        Origin = BanOrigin.Jail,
        Since = Now,
        Until = Now + TimeSpan.FromHours(1),
        Reason = "3 failed attempts in 8 seconds",
        Evidence = "Jan 15 08:00:00 kvm1 sshd[7]: Failed password for root",
        Sightings = 3,
        Ports = [new PortScope(Transport.Tcp, 22, 22)],
    };

    private static readonly Ban Subnet = Single with
    {
        Target = Prefix.Parse("198.51.100.0/24"),
        Origin = BanOrigin.Prefix,
        Until = Now + TimeSpan.FromDays(1),
        Reason = "4 attackers in 12 minutes; shuts out 256 addresses",
        Evidence = null,
        Sightings = 12,
        Members = 4,
        Repeats = 1,
        Ports = [],
    };

    [Fact]
    public void Events_are_one_json_object_a_line()
    {
        using var json = new EventJson();
        json.Write(new GuardEvent.Banned(Now, Single));
        json.Write(new GuardEvent.Unbanned(Now + TimeSpan.FromHours(1), Single, UnbanCause.Expired));
        json.Write(new GuardEvent.SiegeBegan(Now, "40 sources"));
        json.Write(new GuardEvent.SiegeEnded(Now, TimeSpan.FromMinutes(3)));
        json.Write("sshd", new Sighting
        {
            Address = Address.Parse("2001:db8::7"), Time = Now, Kind = SightingKind.Failure, Attempts = 1, Rule = "failed-password", User = "ro\"o\n\xff"u8,
        });
        json.WriteLine(9, null);
        json.WriteLine(10, SightingKind.Ignored);
        Assert.Equal(
            """
            {"type":"ban","time":"2027-01-15T08:00:00Z","address":"203.0.113.7","since":"2027-01-15T08:00:00Z","until":"2027-01-15T09:00:00Z","jail":"sshd","origin":"jail","reason":"3 failed attempts in 8 seconds","sightings":3,"members":1,"addresses":1,"repeats":0,"ports":["22/tcp"],"evidence":"Jan 15 08:00:00 kvm1 sshd[7]: Failed password for root"}
            {"type":"unban","time":"2027-01-15T09:00:00Z","address":"203.0.113.7","jail":"sshd","cause":"expired"}
            {"type":"siege","time":"2027-01-15T08:00:00Z","state":"began","reason":"40 sources"}
            {"type":"siege","time":"2027-01-15T08:00:00Z","state":"ended","seconds":180}
            {"type":"sighting","time":"2027-01-15T08:00:00Z","address":"2001:db8::7","filter":"sshd","user":"ro\u0022o\n\u00FF","rule":"failed-password","kind":"failure","attempts":1}
            {"line":9,"matched":false,"address":null,"user":null,"time":null,"rule":null,"kind":null,"attempts":0}
            {"line":10,"matched":false,"address":null,"user":null,"time":null,"rule":null,"kind":"ignored","attempts":0}

            """,
            Encoding.UTF8.GetString(json.Written));
    }

    [Theory]
    [InlineData("203.0.113.0/24", 1, "255")]
    [InlineData("2001:db8::/64", 0, "18446744073709551616")]
    [InlineData("2001:db8::/32", 0, "79228162514264337593543950336")]
    [InlineData("::/0", 0, "340282366920938463463374607431768211455")]
    public void How_many_addresses_are_shut_out_is_a_whole_number(string target, double keptIn, string number)
    {
        using var json = new EventJson();
        Ban ban = Subnet with { Target = Prefix.Parse(target), KeptIn = keptIn };
        json.Write(new GuardEvent.Banned(Now, ban));
        Assert.Contains($"\"addresses\":{number},", Encoding.UTF8.GetString(json.Written), StringComparison.Ordinal);
        string document = JsonSerializer.Serialize(new BansDocument([BanDocument.Of(ban, ban.ShutsOut, 0, 0)]), ControlJson.Default.BansDocument);
        Assert.Contains($"\"addresses\":{number},", document, StringComparison.Ordinal);
        Assert.Equal(UInt128.Parse(number, CultureInfo.InvariantCulture), JsonSerializer.Deserialize(document, ControlJson.Default.BansDocument)!.Bans.Single().Addresses);
    }

    [Theory]
    [InlineData(SightingKind.Failure, true)]
    [InlineData(SightingKind.Success, false)]
    [InlineData(SightingKind.Ignored, false)]
    public void A_line_matches_where_it_tells_of_a_failure(SightingKind kind, bool matched)
    {
        using var json = new EventJson();
        json.WriteLine(3, new Sighting { Address = Address.Parse("192.0.2.1"), Time = Now, Kind = kind, Attempts = 0, Rule = "r", User = "u"u8 });
        using JsonDocument line = JsonDocument.Parse(json.Written.ToArray());
        Assert.Equal((matched, "192.0.2.1", "u", "r"), (
            line.RootElement.GetProperty("matched").GetBoolean(),
            line.RootElement.GetProperty("address").GetString(),
            line.RootElement.GetProperty("user").GetString(),
            line.RootElement.GetProperty("rule").GetString()));
    }

    [Fact]
    public void Bytes_that_are_no_text_are_replaced_in_json()
    {
        using var json = new EventJson();
        json.Write("sshd", new Sighting
        {
            Address = Address.Parse("192.0.2.1"), Time = Now, Kind = SightingKind.Failure, Attempts = 1, Rule = "r", User = [(byte)'a', 0xff, (byte)'b'],
        });
        Assert.Contains("\"user\":\"a\\uFFFDb\"", Encoding.UTF8.GetString(json.Written), StringComparison.Ordinal);
    }

    [Fact]
    public void A_person_reads_events_a_line_each()
    {
        Assert.Equal(
            "2027-01-15T08:00:00Z  ban         203.0.113.7         sshd: 3 failed attempts in 8 seconds; until 2027-01-15T09:00:00Z",
            EventText.Of(new GuardEvent.Banned(Now, Single)));
        Assert.Equal(
            "2027-01-15T08:00:00Z  BAN PREFIX  198.51.100.0/24     sshd: 4 attackers in 12 minutes; shuts out 256 addresses; until 2027-01-16T08:00:00Z",
            EventText.Of(new GuardEvent.Banned(Now, Subnet)));
    }

    [Fact]
    public void Bans_show_both_halves_of_their_number()
    {
        var to = new StringWriter { NewLine = "\n" };
        BansText.Write(
            to,
            new BansDocument(
            [
                BanDocument.Of(Subnet, 254, 1234, 0),
                BanDocument.Of(Single with { Reason = "bad \u001b[2J\n" }, 1, 0, 0),
                BanDocument.Of(Single with { Jail = "trial", Simulated = true }, 1, 0, 0),
                BanDocument.Of(Single with { Target = Prefix.Parse("2001:db8::/64") }, Math.Pow(2, 64), 0, 0),
            ]),
            (Now + TimeSpan.FromMinutes(5)).ToDateTimeOffset());
        Assert.Equal(
            """
            address          jail                since        ends  packets  why
            198.51.100.0/24  sshd (prefix)      5m ago  in 23h 55m    1,234  4 attackers in 12 minutes; shuts out 256 addresses
            203.0.113.7      sshd               5m ago      in 55m        0  bad ?[2J?
            203.0.113.7      trial (simulated)  5m ago      in 55m        0  3 failed attempts in 8 seconds
            2001:db8::/64    sshd               5m ago      in 55m        0  3 failed attempts in 8 seconds

            3 in force, 1 of them prefixes: 255 IPv4 addresses and 1 IPv6 /64 shut out, 6 of them attacked; 1 only simulated

            """,
            to.ToString());
    }

    [Fact]
    public void Status_says_what_is_wrong_first()
    {
        var to = new StringWriter { NewLine = "\n" };
        StatusText.Write(
            to,
            new StatusDocument
            {
                Version = "1.2.3",
                Running = true,
                Since = Now.ToString(),
                Policy = "/etc/virtward/policy.yaml",
                Bans = BanTotals.Of(ShutOutCounter.Of([Subnet, Single])),
                Siege = new SiegeDocument(Now.ToString(), "40 sources failed 41 times"),
                Enforcement = new EnforcementDocument(true, "libnftables", 2, 5000, 300_000),
                Sources = [new SourceDocument("/var/log/auth.log", "5 lines", ["sshd"])],
                Jails = [new JailDocument("sshd", "sshd", "enforce", 2, 15)],
                Lines = 5,
                Matched = 4,
                Tracked = 1,
                Warnings = ["the disk is full"],
            },
            (Now + TimeSpan.FromMinutes(90)).ToDateTimeOffset());
        Assert.Equal(
            """
            Virtward 1.2.3, at work for 1h 30m, policy /etc/virtward/policy.yaml
            ! the disk is full
            ! siege since 1h 30m ago: 40 sources failed 41 times; limits are tight until it is over

            bans     2 in force, 1 of them prefixes: 257 IPv4 addresses and 0 IPv6 /64s shut out, 5 of them attacked
            kernel   holds them (libnftables); 5,000 packets, 300.0 kB stopped; put back 2 times
            lines    5 read, 4 matched; 1 attacker record kept

            jail  filter  mode     sightings  bans
            sshd  sshd    enforce         15     2

            source             jails  state
            /var/log/auth.log  sshd   5 lines

            """,
            to.ToString());
    }

    [Theory]
    [InlineData(3, null, "! drift: 3 changes since 2026-11-21T19:50:00Z: c0, c1, c2; looked 1h ago, virtward plan shows them")]
    [InlineData(1, "no policy\u001b", "! drift: could not be told 1h ago: no policy?; before that 1 change since 2026-11-21T19:50:00Z: c0")]
    [InlineData(0, "no policy", "! drift: could not be told 1h ago: no policy")]
    [InlineData(0, null, "drift    none, looked 1h ago")]
    public void Status_says_what_has_drifted(int changes, string? problem, string line)
    {
        var to = new StringWriter { NewLine = "\n" };
        var drift = new DriftDocument("2026-11-22T19:50:00Z", [.. Enumerable.Range(0, changes).Select(static i => $"c{i}")], changes == 0 ? null : "2026-11-21T19:50:00Z", problem);
        StatusText.Write(to, new StatusDocument { Version = "1", Running = false, Bans = BanTotals.Of(ShutOutCounter.Of([])), Drift = drift }, new DateTimeOffset(2026, 11, 22, 20, 50, 0, TimeSpan.Zero));
        Assert.Contains(line, to.ToString().Split('\n'));
    }

    [Fact]
    public void What_lies_inside_a_wider_ban_counts_once()
    {
        var tally = new BanTally();
        tally.Add(Single with { Target = Prefix.Parse("198.51.100.9") });
        tally.Add(Subnet);
        tally.Add(Single);
        tally.Add(Subnet with { Target = Prefix.Parse("2001:db8::/56"), Members = 3 });
        tally.Add(Single with { Target = Prefix.Parse("2001:db8:1::/64") });
        Assert.Equal((257, 257, 9), tally.ShutOut());
    }
}
