using System.Diagnostics;
using System.Text;
using Virtward.Core.Snapshots;
using Virtward.Hardening.Checks;
using Virtward.Hardening.Inventory;
using Virtward.Hardening.Tests.Support;

namespace Virtward.Hardening.Tests.Checks;

/// <summary>
/// Whatever stands in the files and in what programs print: no check breaks, and none takes long. Every source of the audit is filled with it, so that a reader
/// that is added tomorrow is under test by itself.
/// </summary>
public sealed class HostileHostTests
{
    // A file is at most 512 KiB; what is worse than linear shows at a fraction of that.
    private const int Large = 200_000;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static TheoryData<string> Poisons => new(Kinds.Keys.Order(StringComparer.Ordinal));

    private static Dictionary<string, Func<int, string>> Kinds => new(StringComparer.Ordinal)
    {
        ["empty"] = static _ => "",
        ["one long line"] = static _ => new string('a', Large),
        ["many short lines"] = static _ => string.Concat(Enumerable.Repeat("a\n", Large / 2)),
        ["only spaces"] = static _ => new string(' ', Large),
        ["NULs"] = static _ => new string('\0', 5000),
        ["garbage"] = static seed => Garbage(seed),
        ["many assignments"] = static _ => string.Concat(Enumerable.Range(0, 10_000).Select(static at => $"key{at % 50} = value{at}\n")),
        ["sections"] = static _ => string.Concat(Enumerable.Repeat("[section]\nkey=value\n", 8000)),
        ["open quotes"] = static _ => string.Concat(Enumerable.Repeat("a = \"b\\\n", 10_000)),
        ["deep JSON"] = static _ => new string('[', 50_000),
        ["deep JSON objects"] = static _ => string.Concat(Enumerable.Repeat("{\"a\":", 20_000)),
        ["JSON of wrong kinds"] = static _ => """[null,1,"a",[],{},{"unit":1,"active":[],"name":null,"pid":"x","path":{}}]""",
        ["deep XML"] = static _ => string.Concat(Enumerable.Repeat("<a>", 20_000)),
        ["XML with a DTD"] = static _ => "<!DOCTYPE a [<!ENTITY x \"aaaaaaaaaa\"><!ENTITY y \"&x;&x;&x;&x;&x;&x;&x;&x;\">]><domain type='kvm'><name>&y;</name></domain>",
        ["empty guest"] = static _ => "<domain><devices><graphics/><disk/><interface/><hostdev/><serial/></devices></domain>",
        ["colons"] = static _ => string.Concat(Enumerable.Repeat(":::::::::::\n", 10_000)),
        ["numbers out of range"] = static _ => "99999999999999999999999999 -1 0x 1e999\nPort 99999999999\nnet.ipv4.ip_forward = 99999999999999999999\n",
        ["includes of itself"] = static _ => "Include *\ninclude /etc/*\nMatch all\nMatch User *,*,*,*\n!include a\n.include /etc/x\n",
    };

    [Theory]
    [MemberData(nameof(Poisons))]
    public void No_check_breaks_or_hangs_on(string poison)
    {
        Func<int, string> make = Kinds[poison];
        TestHost host = new TestHost();
        int seed = 0;
        foreach (string name in Names())
        {
            host.Text(name, make(seed++));
        }

        AuditFacts facts = host.Facts();
        foreach (Check check in Catalogue.All)
        {
            var watch = Stopwatch.StartNew();
            Outcome outcome = check.Judge(facts);
            Assert.True(watch.Elapsed < Patience, $"{check.Id} took {watch.Elapsed.TotalSeconds:0} s on {poison}");
            Assert.True(outcome.Findings.Sum(static finding => finding.What.Length + finding.Evidence.Sum(static evidence => evidence.Text.Length + evidence.Where.Length)) < 2_000_000, $"{check.Id} writes a book about {poison}");
        }
    }

    [Fact]
    public void No_check_breaks_on_a_real_host_that_was_damaged_here_and_there()
    {
        var random = new Random(5);
        string[] names = [.. Names()];
        for (int round = 0; round < 60; round++)
        {
            TestHost host = new TestHost();
            foreach (string name in names.Where(_ => random.Next(3) > 0))
            {
                host.Text(name, Damaged(random, Plausible(name)));
            }

            AuditFacts facts = host.Facts((Profile)random.Next(3));
            foreach (Check check in Catalogue.All)
            {
                _ = check.Judge(facts);
            }
        }
    }

    // Every file and output that the audit reads, wildcards filled in.
    private static IEnumerable<string> Names() => AuditSources.All.Files.Select(static file => SnapshotNames.OfPath(file.Pattern.Replace("*", "x", StringComparison.Ordinal).Replace("?", "x", StringComparison.Ordinal).Replace("[", "", StringComparison.Ordinal).Replace("]", "", StringComparison.Ordinal)))
        .Concat(AuditSources.All.Commands.Select(static command => command.Name))
        .Concat([SnapshotNames.Domains + "x.xml", SnapshotNames.RunningDomains + "x.xml", SnapshotNames.Networks + "x.xml", SnapshotNames.ActiveNetworks + "x.xml", "audit/qemu-processes.json"])
        .Where(static name => Snapshot.IsName(name) && name != SnapshotNames.OfPath("/etc/os-release")).Distinct();

    private static string Plausible(string name) => name switch
    {
        _ when name.EndsWith(".json", StringComparison.Ordinal) => """[{"unit":"ssh.service","load":"loaded","active":"active","sub":"running","unit_file":"ssh.service","state":"enabled","description":"x"},{"listen":"0.0.0.0:22","unit":"ssh.socket","activates":"ssh.service"}]""",
        _ when name.EndsWith(".xml", StringComparison.Ordinal) => "<domain type='kvm' id='1'><name>x</name><memory unit='KiB'>1</memory><vcpu>1</vcpu><devices><graphics type='vnc' listen='0.0.0.0' port='5900'/><disk type='file'><driver name='qemu' type='raw' cache='unsafe'/><source file='/x'/></disk><interface type='bridge'><source bridge='br0'/></interface></devices></domain>",
        _ when name.Contains("ssh", StringComparison.Ordinal) => "Port 22\nPermitRootLogin yes\nMatch User a\n  PasswordAuthentication yes\nInclude /etc/ssh/x/*.conf\n",
        _ when name.Contains("passwd", StringComparison.Ordinal) || name.Contains("shadow", StringComparison.Ordinal) => "root:x:0:0:root:/root:/bin/bash\na:!:1:1::/home/a:/bin/sh\n",
        _ when name.Contains("sysctl", StringComparison.Ordinal) => "net.ipv4.ip_forward = 1\n-net.ipv6.conf.all.accept_ra=0\n# x\n; y\n",
        _ => "# comment\n[section]\nkey = value\nkey2=\"quoted\"\nlist = [\"a\", \"b\"]\nword value\n",
    };

    private static string Damaged(Random random, string text)
    {
        var damaged = new StringBuilder(text);
        for (int time = random.Next(4); time > 0 && damaged.Length > 0; time--)
        {
            int at = random.Next(damaged.Length);
            switch (random.Next(4))
            {
                case 0:
                    damaged[at] = (char)random.Next(0, 0x2ff);
                    break;
                case 1:
                    damaged.Remove(at, random.Next(damaged.Length - at) + 1);
                    break;
                case 2:
                    damaged.Insert(at, damaged.ToString(random.Next(at + 1), 1));
                    break;
                default:
                    damaged.Append(damaged.ToString(0, at));
                    break;
            }
        }

        return damaged.ToString();
    }

    private static string Garbage(int seed)
    {
        var random = new Random(seed);
        byte[] bytes = new byte[4000];
        random.NextBytes(bytes);
        return Encoding.UTF8.GetString(bytes);
    }
}
