using System.Text.Json;
using Xunit;

namespace Virtward.Host.Tests.Program;

/// <summary>The commands as a person or a script meets them: what they print, and what they end with. Nothing here needs root.</summary>
public sealed class CommandTests : IDisposable
{
    private const string Attack =
        """
        Nov 20 08:00:01 kvm1 sshd[101]: Failed password for root from 203.0.113.5 port 4001 ssh2
        Nov 20 08:00:02 kvm1 sshd[102]: Failed password for invalid user root from 192.0.2.9 port 22 ssh2 from 203.0.113.5 port 4002 ssh2
        Nov 20 08:00:03 kvm1 CRON[7]: pam_unix(cron:session): session opened for user root(uid=0) by (uid=0)
        Nov 20 08:00:04 kvm1 sshd[103]: Failed password for root from 203.0.113.5 port 4003 ssh2
        Nov 20 12:00:00 kvm1 sshd[104]: Accepted publickey for admin from 198.51.100.2 port 4004 ssh2: ED25519 SHA256:abc

        """;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("virtward-commands-");

    [Fact]
    public void Replay_tells_each_ban_and_unban_on_the_logs_own_clock()
    {
        CommandRun run = CommandRun.Of("guard", "replay", Write("auth.log", Attack), "--json");
        Assert.True(run.ExitCode == 0, run.Error);
        List<JsonElement> events = Lines(run.Output);
        JsonElement ban = events[0];
        Assert.Equal("ban", ban.GetProperty("type").GetString());
        Assert.Equal("203.0.113.5", ban.GetProperty("address").GetString());
        Assert.Equal("sshd", ban.GetProperty("jail").GetString());
        Assert.Equal(3, ban.GetProperty("sightings").GetInt32());
        Assert.Equal(1, ban.GetProperty("members").GetInt32());
        Assert.Equal(new TimeSpan(8, 0, 4), ban.GetProperty("time").GetDateTimeOffset().ToLocalTime().TimeOfDay);
        JsonElement unban = events[1];
        Assert.Equal(("unban", "expired"), (unban.GetProperty("type").GetString(), unban.GetProperty("cause").GetString()));
        Assert.Equal(ban.GetProperty("until").GetString(), unban.GetProperty("time").GetString());
        Assert.Equal(2, events.Count);
        Assert.Contains("5 lines, 4 matched", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Replay_is_the_same_from_stdin_gzip_and_rotated_files_in_any_order()
    {
        string whole = Write("auth.log", Attack);
        string expected = CommandRun.Of("guard", "replay", whole, "--json", "--sightings").Output;
        string[] lines = Attack.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        string older = Write("auth.log.1", string.Join('\n', lines[..2]) + "\n");
        string newer = Write("new.log", string.Join('\n', lines[2..]));
        string packed = Path.Combine(_folder.FullName, "auth.log.gz");
        using (var to = new System.IO.Compression.GZipStream(File.Create(packed), System.IO.Compression.CompressionLevel.Fastest))
        {
            to.Write(File.ReadAllBytes(whole));
        }

        Assert.Equal(6, Lines(expected).Count);
        Assert.Equal(expected, CommandRun.Of("guard", "replay", newer, older, "--json", "--sightings").Output);
        Assert.Equal(expected, CommandRun.Of("guard", "replay", packed, "--json", "--sightings").Output);
        Assert.Equal(expected, CommandRun.Of(Attack, ["guard", "replay", "-", "--json", "--sightings"]).Output);
    }

    [Fact]
    public void Replay_until_leaves_out_what_came_later()
    {
        string log = Write("auth.log", Attack);
        string year = DateTime.Now < new DateTime(DateTime.Now.Year, 11, 20) ? $"{DateTime.Now.Year - 1}" : $"{DateTime.Now.Year}";
        CommandRun before = CommandRun.Of("guard", "replay", log, "--json", "--until", $"{year}-11-20T08:00:03");
        Assert.Equal("", before.Output);
        CommandRun between = CommandRun.Of("guard", "replay", log, "--json", "--until", $"{year}-11-20T08:30:00");
        Assert.Single(Lines(between.Output));
        Assert.Contains("5 lines, 4 matched, 3 sightings, 1 later ones left out", between.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_siege_ends_in_a_silent_log_when_it_would_have_ended()
    {
        IEnumerable<string> swarm = Enumerable.Range(0, 60).Select(i => $"2026-11-20T08:00:{i:00}Z kvm1 sshd[{i + 1}]: Failed password for root from 198.{18 + (i % 2)}.{i}.7 port 4001 ssh2");
        string log = Write("auth.log", string.Join('\n', [.. swarm, "2026-11-20T14:00:00Z kvm1 sshd[99]: Failed password for root from 203.0.113.5 port 4001 ssh2\n"]));
        List<JsonElement> sieges = [.. Lines(CommandRun.Of("guard", "replay", log, "--json").Output).Where(line => line.GetProperty("type").GetString() == "siege")];
        Assert.Equal(["began", "ended"], sieges.Select(siege => siege.GetProperty("state").GetString()));
        // The window is ten minutes: when the last failure has left it, all is calm.
        Assert.InRange(sieges[1].GetProperty("time").GetDateTimeOffset().UtcDateTime, new DateTime(2026, 11, 20, 8, 10, 0), new DateTime(2026, 11, 20, 8, 12, 0));
        Assert.InRange(sieges[1].GetProperty("seconds").GetInt64(), 500, 720);
    }

    [Fact]
    public void Test_filter_tells_of_every_line()
    {
        CommandRun run = CommandRun.Of("guard", "test-filter", "sshd", Write("auth.log", Attack), "--json");
        Assert.Equal(0, run.ExitCode);
        List<JsonElement> lines = Lines(run.Output);
        Assert.Equal([1, 2, 3, 4, 5], lines.Select(line => line.GetProperty("line").GetInt32()));
        // A login that succeeds is understood, and no match: fail2ban's verdict.
        Assert.Equal([true, true, false, true, false], lines.Select(line => line.GetProperty("matched").GetBoolean()));
        Assert.Equal("success", lines[4].GetProperty("kind").GetString());
        Assert.All(lines, line => Assert.Equal(
            ["line", "matched", "address", "user", "time", "rule", "kind", "attempts"], line.EnumerateObject().Select(member => member.Name)));
        Assert.Equal("203.0.113.5", lines[1].GetProperty("address").GetString());
        Assert.Equal("root from 192.0.2.9 port 22 ssh2", lines[1].GetProperty("user").GetString());

        CommandRun person = CommandRun.Of("guard", "test-filter", "sshd", Write("auth.log", Attack));
        Assert.Contains("failed-password", person.Output, StringComparison.Ordinal);
        Assert.Contains("CRON", person.Output, StringComparison.Ordinal);
        Assert.Contains("5 lines, 3 matched, 1 understood and no failure, 1 missed", person.Error, StringComparison.Ordinal);
        Assert.Equal(1, CommandRun.Of("guard", "test-filter", "sshd", Write("empty.log", "")).ExitCode);
    }

    [Fact]
    public void Test_filter_says_where_an_expression_is_dangerous()
    {
        string filter = Write("mine.yaml", """
            filter: mine
            rules:
              - name: slow
                regex: '^User (\S+)+ (?<ip>\S+) (?=x)y$'
            """);
        CommandRun run = CommandRun.Of("guard", "test-filter", filter, Write("auth.log", Attack));
        Assert.Contains("warning:", run.Error, StringComparison.Ordinal);
        Assert.Contains("mine.yaml", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Ten_mistakes_in_a_policy_are_ten_sentences_with_their_places()
    {
        string policy = Write("policy.yaml", """
            version: 1
            zones:
              management: { sources: [10.0.0.1/8] }
            guard:
              never-ban: [example.org]
              defaults: { findtme: 10m, bantime: -1 }
              jails:
                sshd: { maxretry: 0, mode: simulat, ports: [99999] }
                web: { filter: nginxx, findtime: soon }
              prefix-bans: { threshold: 1 }
              siege: { factor: 0 }
            """);
        CommandRun run = CommandRun.Of("guard", "replay", Write("auth.log", Attack), "--policy", policy);
        Assert.Equal(2, run.ExitCode);
        string[] problems = run.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        int[] places = [.. problems.Select(problem => int.Parse(problem.Split(':')[2], System.Globalization.CultureInfo.InvariantCulture))];
        Assert.True(problems.Length >= 11, run.Error);
        Assert.Equal([3, 5, 6, 6, 8, 8, 8, 9, 9, 10, 11], places.Take(11));
        Assert.All(problems, problem => Assert.Matches(@"policy\.yaml:\d+:\d+: ", problem));
    }

    [Theory]
    [InlineData(2, "no such file", "guard", "replay", "/nowhere/auth.log")]
    [InlineData(2, "there is no built-in filter", "guard", "test-filter", "nosuch", "/dev/null")]
    [InlineData(2, "is no address or prefix", "ban", "example.org")]
    [InlineData(2, "its first address is 10.0.0.0/8", "ban", "10.0.0.1/8")]
    [InlineData(2, "is no span of time", "ban", "192.0.2.1", "--for", "soon")]
    [InlineData(2, "Unrecognized", "frobnicate")]
    [InlineData(2, "Unrecognized", "guard", "frobnicate")]
    [InlineData(2, "Unrecognized", "guard", "replay", "--nosuch")]
    public void Mistakes_are_one_sentence_and_exit_code_2(int code, string says, params string[] arguments)
    {
        CommandRun run = CommandRun.Of(arguments);
        Assert.Equal(code, run.ExitCode);
        Assert.Equal("", run.Output);
        Assert.StartsWith("virtward: ", run.Error, StringComparison.Ordinal);
        Assert.Single(run.Error.TrimEnd().Split('\n'));
        Assert.Contains(says, run.Error, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("Exception", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Garbage_is_skipped_and_counted_and_the_rest_is_read()
    {
        string log = Path.Combine(_folder.FullName, "garbage.log");
        using (FileStream to = File.Create(log))
        {
            byte[] noise = new byte[200_000];
            new Random(1).NextBytes(noise);
            to.Write(noise);
            to.WriteByte((byte)'\n');
            to.Write(new byte[10 * 1024 * 1024]);
            to.WriteByte((byte)'\n');
            to.Write("\0\0\0\xff\xfe not text\n"u8);
            to.Write(System.Text.Encoding.UTF8.GetBytes(Attack));
        }

        CommandRun run = CommandRun.Of("guard", "replay", log, "--json");
        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Equal("203.0.113.5", Lines(run.Output)[0].GetProperty("address").GetString());
        Assert.Contains("too long", run.Error, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private static List<JsonElement> Lines(string output) =>
        [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];

    private string Write(string name, string text)
    {
        string path = Path.Combine(_folder.FullName, name);
        File.WriteAllText(path, text);
        return path;
    }
}
