using Virtward.Core.Policy.Reading;
using Xunit;

namespace Virtward.Tests.Core.Policy;

/// <summary>One mistake each: what is told, and where.</summary>
public sealed class PolicyMistakeTests
{
    [Theory]
    [InlineData("", "1:1: the file is empty")]
    [InlineData("# nothing\n", "1:1: the file is empty")]
    [InlineData("guard: {}", "1:1: the key 'version' is missing (begin with 'version: 1')")]
    [InlineData("version: 2", "1:10: expected version 1, found '2'")]
    [InlineData("- version: 1", "1:1: expected the keys of the policy, found a list")]
    [InlineData("version: 1\n---\nversion: 1", "2:1: a second document begins here")]
    [InlineData("version: 1\nguard:\n\tsiege: false", "3:1: a tab indents this line (YAML indents with spaces only)")]
    [InlineData("version: 1\nguard: {", "not valid YAML: ")]
    [InlineData("version: 1\nguard: &a { siege: false }", "2:8: anchors, aliases and tags (&, *, !) are not read")]
    [InlineData("version: !!int 1", "1:10: anchors, aliases and tags")]
    [InlineData("version: 1\nguard: \"\\UFFFFFFFF\"", "not valid YAML: ")]
    [InlineData("version: 1\n? [a, b]\n: c", "2:3: a key must be a word, found a list")]
    [InlineData("version: 1\nversion: 1", "2:1: the key 'version' stands here a second time (the first is in line 1")]
    public void In_the_document(string text, string expected) => AssertTells(text, expected);

    [Theory]
    [InlineData("[a]", "1:8: expected zones by name")]
    [InlineData("{ vpn: {} }", "1:10: zone vpn has neither interfaces nor sources")]
    [InlineData("{ vpn: { sources: [0.0.0.0/0] } }", "1:27: 0.0.0.0/0 is everybody")]
    [InlineData("{ vpn: { sources: [{}] } }", "1:27: expected an address or network")]
    [InlineData("{ vpn: { interfaces: [a-name-that-is-too-long] } }", "1:30: expected an interface such as eth1 or vnet*")]
    [InlineData("{ vpn: { interfaces: [\"a b\"] } }", "1:30: expected an interface")]
    [InlineData("{ vpn: { interfaces: { a: b } } }", "1:29: expected a list, found keys and values")]
    [InlineData("{ VPN: { interfaces: [wg0] } }", "1:10: 'VPN' cannot name a zone")]
    public void In_zones(string zones, string expected) => AssertTells($"zones: {zones}\nversion: 1", expected);

    [Theory]
    [InlineData("[https]", "expected services by name, such as 'https: { from: [internet] }'")]
    [InlineData("{ https: {} }", "1:13: service https does not say who may reach it")]
    [InlineData("{ panel: { from: [internet] } }", "1:13: service panel has no ports, and its name is none that says them")]
    [InlineData("{ https: { from: [intrenet] } }", "1:29: expected one of internet, management, vpn, guests, containers, found 'intrenet' (did you mean 'internet'?)")]
    [InlineData("{ https: { from: [internet], to: nowhere } }", "1:44: expected one of host, internet")]
    [InlineData("{ https: { from: [internet], ports: [0] } }", "expected a port such as 22")]
    [InlineData("{ ssh: { from: [vpn], rate: 6/fortnight } }", "expected a rate such as 6/minute (second, minute, hour, day), found '6/fortnight'")]
    [InlineData("{ ssh: { from: [vpn], rate: 0/minute } }", "expected a rate such as 6/minute")]
    [InlineData("{ ssh: { form: [vpn] } }", "unknown key 'form' in service ssh (did you mean 'from'?)")]
    public void In_services(string services, string expected) => AssertTells($"services: {services}\nversion: 1", expected);

    [Fact]
    public void The_host_is_no_zone() => AssertTells("version: 1\nzones: { host: { interfaces: [eth0] } }", "2:10: no zone can be called host");

    [Theory]
    [InlineData("never-ban: [\"::/0\"]", "::/0 is everybody")]
    [InlineData("never-ban: [192.0.2.256]", "found '192.0.2.256'")]
    [InlineData("never-ban: [192.0.02.1]", "found '192.0.02.1'")]
    [InlineData("max-tracked: 10", "expected a whole number from 1000 to 10000000, found '10'")]
    [InlineData("jail: {}", "unknown key 'jail' in guard (did you mean 'jails'?)")]
    [InlineData("never_ban: []", "unknown key 'never_ban' in guard (did you mean 'never-ban'?)")]
    [InlineData("jails: []", "expected jails by name")]
    [InlineData("jails: { sshd: true }", "1:25: expected the keys of jail sshd, found 'true'")]
    [InlineData("jails: { sshd: { findtime: 0 } }", "expected a duration such as 90 (seconds), 10m, 1h 30m, 2d or 1w, from 1s to 52w, found '0'")]
    [InlineData("jails: { sshd: { findtime: 2y } }", "found '2y'")]
    [InlineData("jails: { sshd: { findtime: -5m } }", "found '-5m'")]
    [InlineData("jails: { sshd: { bantime: never } }", "'never' would never end, and every ban ends (write a long one, such as 52w)")]
    [InlineData("jails: { sshd: { bantime: 0 } }", "expected a duration")]
    [InlineData("jails: { sshd: { bantime: [1h] } }", "expected a duration such as 90 (seconds), 10m, 1h 30m, 2d or 1w, from 1s to 520w, found a list")]
    [InlineData("jails: { sshd: { maxretry: 0 } }", "expected a whole number from 1 to 1000, found '0'")]
    [InlineData("jails: { sshd: { maxretry: 1001 } }", "expected a whole number from 1 to 1000")]
    [InlineData("jails: { sshd: { maxretry: 3.0 } }", "expected a whole number from 1 to 1000")]
    [InlineData("jails: { sshd: { maxretry: } }", "expected a whole number from 1 to 1000, found nothing")]
    [InlineData("jails: { sshd: { enabled: yes } }", "expected true or false, found 'yes'")]
    [InlineData("jails: { sshd: { mode: Simulate } }", "expected 'enforce' or 'simulate', found 'Simulate'")]
    [InlineData("jails: { sshd: { ports: [shs] } }", "found 'shs' (did you mean 'ssh'?)")]
    [InlineData("jails: { sshd: { ports: [22/sctp] } }", "expected the protocol tcp or udp after the '/'")]
    [InlineData("jails: { sshd: { ports: [90-80] } }", "found '90-80'")]
    [InlineData("jails: { sshd: { ports: [0] } }", "found '0' (ports go from 1 to 65535)")]
    [InlineData("jails: { sshd: { logs: [auth.log] } }", "expected the absolute path of a log")]
    [InlineData("jails: { sshd: { filter: \"sshd[mode\" } }", "expected a filter such as sshd")]
    [InlineData("jails: { sshd: { filter: filters/mine.yaml } }", "has no absolute path")]
    [InlineData("jails: { sshd: { filter: /etc/mine.txt } }", "has an unknown kind (it must end with .yaml or .conf)")]
    [InlineData("jails: { sshd: { increment: 2 } }", "expected true, false, or the keys factor, cap and jitter, found '2'")]
    [InlineData("jails: { sshd: { increment: { factor: 0.9 } } }", "expected a number from 1 to 100, found '0.9'")]
    [InlineData("jails: { sshd: { increment: { jitter: 1.1 } } }", "expected a number from 0 to 1, found '1.1'")]
    [InlineData("jails: { sshd: { increment: { jitter: NaN } } }", "expected a number from 0 to 1, found 'NaN'")]
    [InlineData("jails: { sshd: { bantime: 5w, increment: true } }", "bantime 5w is longer than the cap of its increment, 4w")]
    [InlineData("jails: { recidive: { logs: [/var/log/x] } }", "the filter recidive listens to our own bans and reads no log")]
    [InlineData("jails: { off: { enabled: false, maxretry: x } }", "expected a whole number from 1 to 1000, found 'x'")]
    [InlineData("prefix-bans: [24]", "expected the keys of prefix-bans, found a list")]
    [InlineData("prefix-bans: { threshold: 1 }", "expected a whole number from 2 to 1000000, found '1'")]
    [InlineData("prefix-bans: { count: all }", "expected 'banned' or 'seen', found 'all'")]
    [InlineData("prefix-bans: { v4: { levels: [7] } }", "expected a whole number from 8 to 31, found '7'")]
    [InlineData("prefix-bans: { v4: { levels: [] } }", "v4 has no levels (write some, such as [24, 20, 16])")]
    [InlineData("prefix-bans: { v4: { levels: { 24: 5, 20: 4 } } }", "level 20 takes fewer attackers (4) than level 24 inside it (5)")]
    [InlineData("prefix-bans: { v4: { levels: { 31: 3 } } }", "a /31 holds 2 attackers at most and never reaches the threshold 3")]
    [InlineData("prefix-bans: { v4: { levels: { x: y } } }", "expected a whole number from 2 to 1000000, found 'y'")]
    [InlineData("prefix-bans: { v4: { largest: 25 } }", "largest 25 leaves no level of v4")]
    [InlineData("prefix-bans: { v6: { levels: [64] } }", "expected a whole number from 24 to 63, found '64'")]
    [InlineData("prefix-bans: { v6: { levels: [48, 48] } }", "level 48 comes after level 48")]
    [InlineData("siege: 3", "expected the keys of siege, found '3'")]
    [InlineData("siege: { min-sources: 1 }", "expected a whole number from 2 to 1000000, found '1'")]
    public void In_the_guard(string guard, string expected) => AssertTells($"guard: {{ {guard} }}\nversion: 1", expected);

    [Fact]
    public void Text_of_the_file_cannot_drive_the_terminal()
    {
        PolicyReading reading = PolicyReader.Read("version: \"\\e]0;owned\\a\\u202e" + new string('x', 500) + "\"", "p");

        string told = reading.Problems[0].ToString();
        Assert.DoesNotContain(told, char.IsControl);
        Assert.DoesNotContain('\u202e', told);
        Assert.True(told.Length < 200, told);
    }

    [Fact]
    public void A_bomb_of_aliases_stays_small()
    {
        string text = "a: &a [x,x,x,x,x,x,x,x,x]\n" + string.Concat(Enumerable.Range(0, 20).Select(i =>
            $"{(char)('b' + i)}: &{(char)('b' + i)} [{string.Join(',', Enumerable.Repeat($"*{(char)('a' + i)}", 9))}]\n"));

        AssertTells(text, "anchors, aliases and tags (&, *, !) are not read");
    }

    [Fact]
    public void Nesting_is_limited_and_so_is_length()
    {
        AssertTells("version: " + new string('[', 500_000), "nested deeper than 16 levels");
        AssertTells("version: 1\nzones:\n" + string.Concat(Enumerable.Range(1, 2_000).Select(i => new string(' ', i % 900) + "a:\n")), "");
        AssertTells("version: 1 #" + new string('x', YamlTree.MaxLength), "1:1: the file is longer than 1 MiB");
    }

    private static void AssertTells(string text, string expected)
    {
        PolicyReading reading = PolicyReader.Read(text, "p");
        Assert.Null(reading.Policy);
        Assert.Contains(reading.Problems, problem => problem.ToString().Contains(expected, StringComparison.Ordinal));
        Assert.All(reading.Problems, problem => Assert.True(problem is { Line: > 0, Column: > 0 } || problem.What.EndsWith("more mistakes", StringComparison.Ordinal), problem.ToString()));
    }
}
