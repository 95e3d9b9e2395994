using System.Collections.Immutable;
using System.Text;
using Virtward.Guard.Fail2Ban;
using Virtward.Guard.Filters;
using Virtward.Guard.Sightings;
using Virtward.Guard.Sources;
using Virtward.Tests.Guard.Fail2Ban;
using Virtward.Tests.Guard.Sources;
using Xunit;

namespace Virtward.Tests.Guard.Filters.Needles;

/// <summary>A log by the block comes to exactly what it comes to line by line.</summary>
public sealed class BlockTests
{
    private static readonly string[] Noise =
    [
        "",
        "\r",
        "Nov 21 08:00:00 host CRON[7]: pam_unix(cron:session): session opened for user root(uid=0) by (uid=0)",
        "Nov 21 08:00:00 host kernel: virbr0: port 3(vnet2) entered forwarding state",
        "Nov 21 08:00:00 host postfix/smtpd[12]: connect from mail-1.example.net[192.0.2.7]",
        "Nov 21 08:00:00 host sshd[9]: Received disconnect from 192.0.2.9 port 40000:11: disconnected by user",
    ];

    private static readonly Dictionary<string, string[]> Corpus = FilterLibrary.Names.ToDictionary(
        name => name,
        name => CorpusReader.Files().SelectMany(CorpusReader.Read).Where(c => c.Filter == name && c.Journal.IsEmpty).Select(c => c.Line).ToArray());

    public static TheoryData<string> BuiltIns => [.. FilterLibrary.Names];

    [Theory]
    [MemberData(nameof(BuiltIns))]
    public void Each_built_in_filter_in_each_mode(string name)
    {
        var random = new Random(name.Length);
        foreach (string? mode in Lines.BuiltIn(name).Definition.Modes.Select(m => (string?)m).DefaultIfEmpty(null))
        {
            for (int round = 0; round < 8; round++)
            {
                Compare(() => [Lines.BuiltIn(name, mode)], Log(random, Corpus[name]), random);
            }
        }
    }

    [Fact]
    public void All_built_in_filters_at_once()
    {
        var random = new Random(1);
        string[] lines = [.. Corpus.Values.SelectMany(all => all)];
        for (int round = 0; round < 8; round++)
        {
            Compare(() => [.. FilterLibrary.Names.Select(name => Lines.BuiltIn(name))], Log(random, lines), random);
        }
    }

    [Theory]
    [InlineData("match: 'no {ip}'")] // no text of four bytes: every line is looked at
    [InlineData("match: 'logins of {user} from {ip} failed'")]
    [InlineData("regex: 'from (?<ip>\\S+) (failed|refused)$'")]
    [InlineData("regex: '^no (?<ip>\\S+)$'")]
    [InlineData("regex: '(?<ip>\\d+\\.\\d+\\.\\d+\\.\\d+)$'")] // no text at all
    public void An_administrators_own_filter(string rule)
    {
        string[] lines =
        [
            "no 192.0.2.1", "logins of root from 192.0.2.2 failed", "logins of from 192.0.2.2 failed from 192.0.2.3 failed", "from 192.0.2.4 refused",
            "Nov 21 08:00:00 host x[1]: logins of \u00e4 from 192.0.2.2 failed",
        ];
        var random = new Random(2);
        for (int round = 0; round < 30; round++)
        {
            Compare(() => [Lines.Filter($"filter: own\nheader: none\nrules:\n  - name: only\n    {rule}\n"), Lines.BuiltIn("sshd")], Log(random, lines), random);
        }
    }

    [Fact]
    public void A_filter_of_fail2bans_which_gives_a_line_without_a_date_that_of_the_line_before()
    {
        string[] lines =
        [
            "Nov 21 08:00:01 host gate[1]: refused 192.0.2.1", "gate: refused 192.0.2.2", "Nov 21 09:00:02 host gate[1]: let in 192.0.2.3",
            "Nov 21 10:00:03 host other[1]: nothing", "no date either", "gate: refused 192.0.2.4",
        ];
        var random = new Random(5);
        for (int round = 0; round < 60; round++)
        {
            bool isAlone = random.Next(2) == 0;
            Compare(() => isAlone ? [Gate()] : [Lines.BuiltIn("sshd"), Gate()], Log(random, lines), random);
        }

        Assert.NotEmpty(Gate().Signatures);

        static Fail2BanFilter Gate()
        {
            var files = new MemoryTextFiles { ["/f/filter.d/gate.conf"] = "[Definition]\nfailregex = gate(?:\\[\\d+\\])?: refused <HOST>$" };
            var settings = new Fail2BanSettings(new ManualClock(runs: false), TimeZoneInfo.Utc);
            return Fail2BanFilter.Load(files, "/f/filter.d/gate.conf", new Dictionary<string, string>(), settings).Value;
        }
    }

    [Fact]
    public void Needles_that_prove_bad_are_chosen_again()
    {
        // At first "from" is in no line in vain; then in every line.
        string wanted = "Nov 21 08:00:00 host sshd[7]: Invalid user x from 192.0.2.1 port 22\n";
        string[] later = [.. Enumerable.Repeat("Nov 21 08:00:00 host sshd[7]: Received user from port disconnect, Invalid port from Failed user for ssh2", 40), wanted.Trim()];
        var random = new Random(3);
        byte[] log = [.. Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat(wanted, 400))), .. Log(random, later, 200_000)];
        Compare(() => [Lines.BuiltIn("sshd", "aggressive")], log, random);
    }

    [Fact]
    public void A_foreign_filter_among_them_sees_every_line()
    {
        var random = new Random(4);
        byte[] log = Log(random, Corpus["sshd"]);
        var counting = new Counting();
        var set = new FilterSet([Lines.BuiltIn("sshd"), counting]);
        new ReplayReader(new MemoryStream(log), "log").Run(new ByBlock(set), cancel: TestContext.Current.CancellationToken);
        Assert.Equal(set.Lines, counting.Lines);
    }

    private static void Compare(Func<ImmutableArray<ILineFilter>> filters, byte[] log, Random random)
    {
        SourceOptions options = random.Next(2) == 0 ? new SourceOptions() : new SourceOptions { BlockSize = random.Next(1500, 6000), MaxLine = random.Next(300, 1400) };
        var one = new ByLine(new FilterSet(filters()));
        var all = new ByBlock(new FilterSet(filters()));
        CancellationToken cancel = TestContext.Current.CancellationToken;
        ReplayCounts byLine = new ReplayReader(new MemoryStream(log), "log", options).Run(one, cancel: cancel).Value;
        ReplayCounts byBlock = new ReplayReader(new MemoryStream(log), "log", options).Run(all, cancel: cancel).Value;
        Assert.Equal(byLine, byBlock);
        Assert.Equal(one.Seen.All, all.Seen.All);
        Assert.Equal((one.Set.Lines, one.Set.Matched, one.Set.TooLong), (all.Set.Lines, all.Set.Matched, all.Set.TooLong));
    }

    /// <summary>Lines of a corpus among noise: some damaged, some ended by a carriage return, some far too long, the last one unfinished.</summary>
    private static byte[] Log(Random random, string[] lines, int length = 60_000)
    {
        var log = new MemoryStream();
        while (log.Length < length)
        {
            byte[] line = Encoding.UTF8.GetBytes(random.Next(3) == 0 ? Noise[random.Next(Noise.Length)] : lines[random.Next(lines.Length)]);
            for (int i = random.Next(8) == 0 ? random.Next(3) : 0; i > 0 && line.Length > 0; i--)
            {
                line[random.Next(line.Length)] = (byte)random.Next(256);
            }

            log.Write(line);
            log.Write(new byte[random.Next(200) == 0 ? random.Next(3_000) : 0]);
            log.Write(random.Next(10) == 0 ? "\r\n"u8 : "\n"u8);
        }

        log.Write(Encoding.UTF8.GetBytes(lines[random.Next(lines.Length)]));
        return log.ToArray();
    }

    private sealed class ByLine(FilterSet set) : ILineSink
    {
        public FilterSet Set { get; } = set;

        public SeenSink Seen { get; } = new();

        public void Accept(in LogLine line) => Set.Accept(line, Seen);
    }

    private sealed class ByBlock(FilterSet set) : IBlockSink
    {
        public FilterSet Set { get; } = set;

        public SeenSink Seen { get; } = new();

        public void Accept(in LogLine line) => Set.Accept(line, Seen);

        public void Accept(in LineBlock block) => Set.Accept(block, Seen);
    }

    private sealed class Counting : ILineFilter
    {
        public long Lines { get; private set; }

        public string Name => "counting";

        public bool Accept(in LogLine line, int index, ISightingSink sink)
        {
            Lines++;
            return false;
        }
    }
}
