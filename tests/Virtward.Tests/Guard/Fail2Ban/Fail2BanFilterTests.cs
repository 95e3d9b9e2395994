using System.Text;
using Virtward.Core.Results;
using Virtward.Core.Time;
using Virtward.Guard.Fail2Ban;
using Virtward.Guard.Sources;
using Xunit;

namespace Virtward.Tests.Guard.Fail2Ban;

public sealed class Fail2BanFilterTests
{
    private static readonly UnixTime Received = UnixTime.From(new DateTimeOffset(2026, 3, 9, 8, 0, 30, TimeSpan.Zero));

    private readonly MemoryTextFiles _files = new();
    private readonly Tally _tally = new();
    private readonly List<Problem> _warnings = [];

    [Fact]
    public void The_first_failregex_that_matches_counts()
    {
        Fail2BanFilter filter = Load("failregex = ^ gate: refused <HOST>$\n  ^ gate: (?:refused|denied) <HOST>(?: for <F-USER>\\S+</F-USER>)?$");
        Assert.True(Accept(filter, "2026-03-09 08:00:00 gate: denied 198.51.100.7 for bob"));
        Assert.Equal("Failure 198.51.100.7 bob 2026-03-09T08:00:00Z failregex 2", _tally.Last);
        Assert.True(Accept(filter, "2026-03-09 08:00:01 gate: refused ::ffff:198.51.100.8\r"));
        Assert.Equal("Failure 198.51.100.8  2026-03-09T08:00:01Z failregex 1", _tally.Last);
        Assert.False(Accept(filter, "2026-03-09 08:00:02 gate: welcomed 198.51.100.7"));
        Assert.Equal(2, _tally.Seen.Count);
    }

    [Fact]
    public void An_ignoreregex_takes_a_match_back_whether_it_is_asked_first_or_last()
    {
        foreach (string padding in new[] { "", "\n  ^never <HOST>a$\n  ^never <HOST>b$\n  ^never <HOST>c$" })
        {
            Fail2BanFilter filter = Load($"failregex = refused <HOST>{padding}\nignoreregex = refused 198\\.51\\.100\\.1$");
            Assert.False(Accept(filter, "2026-03-09 08:00:00 refused 198.51.100.1"));
            Assert.True(Accept(filter, "2026-03-09 08:00:00 refused 198.51.100.2"));
        }
    }

    [Fact]
    public void A_prefregex_hands_its_content_on()
    {
        Fail2BanFilter filter = Load("prefregex = ^ gate\\[\\d+\\]: <F-CONTENT>.+</F-CONTENT>$\nfailregex = ^refused <HOST>$");
        Assert.True(Accept(filter, "2026-03-09 08:00:00 gate[12]: refused 198.51.100.7"));
        Assert.False(Accept(filter, "2026-03-09 08:00:00 fence[12]: refused 198.51.100.7"));
    }

    [Fact]
    public void Lines_of_one_connection_are_joined()
    {
        Fail2BanFilter filter = Load("""
            prefregex = ^<F-MLFID> gate\[\d+\]:</F-MLFID> <F-CONTENT>.+</F-CONTENT>$
            failregex = ^<F-NOFAIL>hello</F-NOFAIL> from <HOST>$
              ^bad password for <F-USER>\S+</F-USER>$
              ^<F-MLFFORGET><F-MLFGAINED>welcome</F-MLFGAINED></F-MLFFORGET> <F-USER>\S+</F-USER>$
              ^<F-NOFAIL><F-MLFFORGET>bye</F-MLFFORGET></F-NOFAIL>$
            """.ReplaceLineEndings("\n"));
        Assert.True(Accept(filter, "2026-03-09 08:00:00 gate[1]: hello from 198.51.100.7"));
        Assert.Equal("Ignored 198.51.100.7  2026-03-09T08:00:00Z failregex 1", _tally.Last);
        Assert.True(Accept(filter, "2026-03-09 08:00:01 gate[2]: bad password for eve"));
        Assert.Single(_tally.Seen);
        Assert.True(Accept(filter, "2026-03-09 08:00:01 gate[1]: bad password for bob"));
        Assert.Equal("Failure 198.51.100.7 bob 2026-03-09T08:00:01Z failregex 2", _tally.Last);
        Assert.True(Accept(filter, "2026-03-09 08:00:02 gate[1]: welcome bob"));
        Assert.Equal("Success 198.51.100.7 bob 2026-03-09T08:00:02Z failregex 3", _tally.Last);

        // The connection was forgotten: its number may now be another's.
        int seen = _tally.Seen.Count;
        Assert.True(Accept(filter, "2026-03-09 08:00:03 gate[1]: bad password for bob"));
        Assert.Equal(seen, _tally.Seen.Count);

        // A failure whose address comes later is told then.
        Assert.True(Accept(filter, "2026-03-09 08:00:04 gate[2]: hello from 198.51.100.9"));
        Assert.Equal("Failure 198.51.100.9 eve 2026-03-09T08:00:04Z failregex 1", _tally.Last);
    }

    [Fact]
    public void A_login_does_not_excuse_tries_of_other_accounts()
    {
        Fail2BanFilter filter = Load("""
            failregex = ^<F-MLFID> gate\[\d+\]:</F-MLFID> bad password for <F-USER>\S+</F-USER> from <HOST>$
              ^<F-MLFID> gate\[\d+\]:</F-MLFID> <F-MLFGAINED>welcome</F-MLFGAINED> <F-USER>\S+</F-USER>$
            """.ReplaceLineEndings("\n"));
        Accept(filter, "2026-03-09 08:00:01 gate[1]: bad password for root from 198.51.100.7");
        Accept(filter, "2026-03-09 08:00:02 gate[1]: welcome bob");
        Assert.StartsWith("Failure 198.51.100.7", _tally.Last, StringComparison.Ordinal);
    }

    [Fact]
    public void Several_lines_can_make_one_match()
    {
        Fail2BanFilter filter = Load("maxlines = 4\nfailregex = ^ gate: try of <HOST>$<SKIPLINES>^ gate: refused$");
        Assert.False(Accept(filter, "2026-03-09 08:00:00 gate: try of 198.51.100.7"));
        Assert.False(Accept(filter, "2026-03-09 08:00:00 other: line"));
        Assert.True(Accept(filter, "2026-03-09 08:00:01 gate: refused"));
        Assert.Equal("Failure 198.51.100.7  2026-03-09T08:00:01Z failregex 1", _tally.Last);
        Assert.False(Accept(filter, "2026-03-09 08:00:02 gate: refused"));
    }

    [Fact]
    public void A_line_without_a_date_has_the_last_one_even_of_a_line_that_was_passed_over()
    {
        Fail2BanFilter filter = Load("failregex = ^ ?refused <HOST>$");
        Accept(filter, "2026-03-09 08:00:00 refused 198.51.100.7");
        Accept(filter, "2026-03-09 08:00:05 nothing to see");
        Accept(filter, "refused 198.51.100.8");
        Assert.Equal("Failure 198.51.100.8  2026-03-09T08:00:05Z failregex 1", _tally.Last);
        Accept(filter, "refused 198.51.100.8", Received);
        Assert.Equal("Failure 198.51.100.8  2026-03-09T08:00:05Z failregex 1", _tally.Last);
        Accept(filter, "refused 198.51.100.8", Received + TimeSpan.FromHours(1));
        Assert.Equal("Failure 198.51.100.8  2026-03-09T09:00:30Z failregex 1", _tally.Last);
    }

    [Fact]
    public void A_stamp_ahead_of_its_receipt_is_the_receipt_and_an_old_one_stays_old()
    {
        Fail2BanFilter filter = Load("failregex = ^ refused <HOST>$");
        Accept(filter, "2026-03-09 23:00:00 refused 198.51.100.7", Received);
        Assert.Contains(Received.ToString(), _tally.Last, StringComparison.Ordinal);
        Accept(filter, "2026-03-01 23:00:00 refused 198.51.100.7", Received);
        Assert.Contains("2026-03-01T23:00:00Z", _tally.Last, StringComparison.Ordinal);
    }

    [Fact]
    public void Names_ban_nobody_and_that_is_told_once()
    {
        Fail2BanFilter filter = Load("failregex = ^ refused <HOST>$");
        Assert.True(Accept(filter, "2026-03-09 08:00:00 refused trap.example.org"));
        Assert.True(Accept(filter, "2026-03-09 08:00:00 refused 999.1.1.1"));
        Assert.Empty(_tally.Seen);
        Assert.Equal(2, filter.WithoutAddress);
        Assert.Single(_warnings);
    }

    [Fact]
    public void Journal_entries_are_matched_by_their_own_form_and_selected_by_trusted_fields()
    {
        Fail2BanFilter filter = Load(
            "failregex = <pre-<logtype>>refused <HOST>$\npre-file = ^ file:\\s\npre-journal = ^\\S+ gate\\[5\\]:\\s\njournalmatch = _SYSTEMD_UNIT=gate.service _UID=0 + _COMM=gated");
        Assert.True(AcceptEntry(filter, "gate.service", "x", 0));
        Assert.Equal($"Failure 198.51.100.7  {Received} failregex 1", _tally.Last);
        Assert.True(AcceptEntry(filter, "other.service", "gated", 7));
        Assert.False(AcceptEntry(filter, "gate.service", "x", 7));
        Assert.True(Accept(filter, "2026-03-09 08:00:00 file: refused 198.51.100.7"));

        bool AcceptEntry(Fail2BanFilter f, string unit, string command, int user) => f.Accept(
            new LogLine
            {
                Text = "refused 198.51.100.7"u8,
                FromJournal = true,
                Received = Received,
                Identifier = "gate"u8,
                Unit = Encoding.UTF8.GetBytes(unit),
                Command = Encoding.UTF8.GetBytes(command),
                ProcessId = 5,
                UserId = user,
            },
            0,
            _tally);
    }

    [Fact]
    public void Options_in_brackets_override_the_filters_own()
    {
        const string text = "failregex = <re-<mode>>\nre-normal = ^ a <HOST>$\nre-hard = ^ b <HOST>$\nmode = normal";
        Assert.False(Accept(Load(text), "2026-03-09 08:00:00 b 198.51.100.7"));
        Assert.True(Accept(Load(text, ("mode", "hard")), "2026-03-09 08:00:00 b 198.51.100.7"));
    }

    [Fact]
    public void Invalid_bytes_and_long_lines_do_no_harm()
    {
        Fail2BanFilter filter = Load("failregex = ^ refused <F-USER>.*</F-USER> <HOST>$");
        byte[] line = [.. "2026-03-09 08:00:00 refused "u8, 0xff, 0, 0xc3, .. " 198.51.100.7"u8];
        Assert.True(filter.Accept(new LogLine { Text = line }, 0, _tally));
        Assert.False(Accept(filter, "2026-03-09 08:00:00 refused x 198.51.100.7" + new string(' ', Fail2BanFilter.LongestLine)));
        Assert.Equal(1, filter.TooLong);
    }

    [Fact]
    public void Random_bytes_never_throw()
    {
        Fail2BanFilter filter = Load("failregex = refused <F-USER>.*?</F-USER> from <HOST>\n  ^(?P<a>\\w+) (?P=a) <ADDR>$\ndatepattern = {DEFAULT}");
        var random = new Random(11);
        string[] words = ["refused ", " from ", "198.51.100.7", "2026-03-09 08:00:00", "Feb 29 ", "::", "\u0000", "é", "@40000000", "%", "\\", "99:99:99 ", "1773043200 "];
        for (int round = 0; round < 3_000; round++)
        {
            byte[] line = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, random.Next(12)).Select(_ => words[random.Next(words.Length)])));
            for (int flips = random.Next(4); flips > 0 && line.Length > 0; flips--)
            {
                line[random.Next(line.Length)] = (byte)random.Next(256);
            }

            filter.Accept(new LogLine { Text = line, Received = random.Next(2) == 0 ? Received : UnixTime.None }, 0, _tally);
        }

        Assert.NotEmpty(_tally.Seen);
    }

    [Fact]
    public void The_prefilter_changes_no_verdict()
    {
        const string rules = "failregex = ^ gate: refused <HOST>$\n  ^ gate: \\[\\] lost <HOST>$\n  ^ (?:closed|reset) by <HOST>$";
        Fail2BanFilter filter = Load(rules);
        Fail2BanFilter unfiltered = Load(rules + "\n  ^\\d{99} ?<HOST>$");
        Assert.Empty(filter.Unfiltered);
        Assert.NotEmpty(unfiltered.Unfiltered);
        var random = new Random(3);
        string[] parts = ["gate:", "refused", "[2026-03-09 08:00:00]", "lost", "closed", "by", "198.51.100.7", "[", "]"];
        for (int round = 0; round < 3_000; round++)
        {
            string line = "2026-03-09 08:00:00 " + string.Join(' ', Enumerable.Range(0, random.Next(2, 5)).Select(_ => parts[random.Next(parts.Length)]));
            Assert.Equal(Accept(unfiltered, line), Accept(filter, line));
        }
    }

    [Fact]
    public void Lines_without_its_literals_may_be_kept_from_it_but_for_their_dates()
    {
        Fail2BanFilter filter = Load("failregex = ^ ?gate: refused <HOST>$\n  ^ ?(?:closed|reset) by <HOST>$");
        Assert.Equal([" refused ", "closed", "reset"], filter.RequiredLiterals.Order(StringComparer.Ordinal));
        filter.PassOver("2026-03-09 07:59:59 gate: hello"u8);
        Assert.True(Accept(filter, "gate: refused 198.51.100.7"));
        Assert.Equal("Failure 198.51.100.7  2026-03-09T07:59:59Z failregex 1", _tally.Last);
        Assert.Empty(Load("failregex = ^ ?gate: refused <HOST>$\nmaxlines = 2").RequiredLiterals);
        Assert.Empty(Load("failregex = ^ ?gate: refused <HOST>$\n  ^ \\d+ <HOST>$").RequiredLiterals);
    }

    [Fact]
    public void Every_problem_of_a_filter_is_told()
    {
        _files["/f/filter.d/x.conf"] = "[Definition]\nfailregex = ^(<HOST>$\n  ^no address$\nmaxlines = 1\nignoreregex = [\ndatepattern = %Q";
        var problems = new List<Problem>();
        Result<Fail2BanFilter> result = Fail2BanFilter.Load(_files, "/f/filter.d/x.conf", new Dictionary<string, string>(), Settings(), problems);
        Assert.False(result.IsOk);
        Assert.Equal(4, problems.Count);
        Assert.All(problems, problem => Assert.StartsWith("/f/filter.d/x.conf:", problem.ToString(), StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("[Other]\nx = 1", "no [Definition]")]
    [InlineData("[Definition]\nx = 1", "no failregex")]
    [InlineData("[Definition]\nfailregex = <HOST>\nmaxlines = many", "maxlines")]
    [InlineData("[Definition]\nfailregex = %(gone)s <HOST>", "%(gone)s")]
    [InlineData("[Definition]\nfailregex = <a> <HOST>\na = <b>\nb = <a>", "refers to itself")]
    public void What_makes_no_filter_says_why(string text, string why)
    {
        _files["/f/filter.d/x.conf"] = text;
        Assert.Contains(why, Fail2BanFilter.Load(_files, "/f/filter.d/x.conf", new Dictionary<string, string>(), Settings()).Problem!.ToString(), StringComparison.Ordinal);
    }

    private Fail2BanFilter Load(string definition, params (string Name, string Value)[] options)
    {
        _files["/f/filter.d/x.conf"] = "[Definition]\n" + definition;
        Result<Fail2BanFilter> result = Fail2BanFilter.Load(
            _files, "/f/filter.d/x.conf", options.ToDictionary(option => option.Name, option => option.Value), Settings());
        Assert.True(result.IsOk, result.Problem?.ToString());
        return result.Value;
    }

    private Fail2BanSettings Settings() => new(TimeProvider.System, TimeZoneInfo.Utc) { Warned = _warnings.Add };

    private bool Accept(Fail2BanFilter filter, string line, UnixTime? received = null) =>
        filter.Accept(new LogLine { Text = Encoding.UTF8.GetBytes(line), Received = received ?? UnixTime.None }, 0, _tally);
}
