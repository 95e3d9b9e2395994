using System.Collections.Immutable;
using System.Text;
using Virtward.Core.Net;
using Virtward.Core.Results;
using Virtward.Guard.Filters.Rules;
using Virtward.Guard.Filters.Templates;
using Xunit;

namespace Virtward.Tests.Guard.Filters.Templates;

public sealed class TemplateTests
{
    [Theory]
    [InlineData("from {ip}", "from 192.0.2.1", "192.0.2.1", "")]
    [InlineData("from {ip}", "from [2001:db8::1]", "2001:db8::1", "")]
    [InlineData("from {ip}", "from ::ffff:192.0.2.1", "192.0.2.1", "")]
    [InlineData("from {ip} port {n}", "from fe80::1%eth0 port 1", "fe80::1", "")]
    [InlineData("from {ip}:{n} to", "from 192.0.2.1:22 to", "192.0.2.1", "")]
    [InlineData("from {ip}:{n} to", "from 2001:db8::1:2222 to", "2001:db8::1", "")]
    [InlineData("from {ip}:{n} to", "from [2001:db8::1]:2222 to", "2001:db8::1", "")]
    [InlineData("from {ip}: no", "from 2001:db8::1: no", "2001:db8::1", "")]
    [InlineData("{user} ({ip})", "eve (192.0.2.9) (192.0.2.1)", "192.0.2.1", "eve (192.0.2.9)")]
    [InlineData("{user} rhost={ip}", "eve rhost=192.0.2.9 rhost=192.0.2.1", "192.0.2.1", "eve rhost=192.0.2.9")]
    [InlineData("a {user} from {ip} b", "a  from 192.0.2.1 b", "192.0.2.1", "")]
    [InlineData("x({word}:auth) {ip}", "x(sshd:auth) 192.0.2.1", "192.0.2.1", "")]
    [InlineData("{any:shortest} for {user} from {ip}", "a for b for c from 192.0.2.1", "192.0.2.1", "b for c")]
    [InlineData("{any:longest} for {user} from {ip}", "a for b for c from 192.0.2.1", "192.0.2.1", "c")]
    [InlineData("{user:shortest} [{ip}]: {any}", "eve [bogus]: [192.0.2.1]: x [192.0.2.9]: y", "192.0.2.1", "eve [bogus]:")]
    [InlineData("{user:longest} [{ip}]: {any}", "eve [192.0.2.9]: x [192.0.2.1]: y [bogus]: z", "192.0.2.1", "eve [192.0.2.9]: x")]
    [InlineData("{closed|reset} by {ip}", "reset by 192.0.2.1", "192.0.2.1", "")]
    [InlineData("by {ip}{| [preauth]}", "by 192.0.2.1", "192.0.2.1", "")]
    [InlineData("by {ip}{| [preauth]}", "by 192.0.2.1 [preauth]", "192.0.2.1", "")]
    [InlineData("{{{ip} }}", "{192.0.2.1 }", "192.0.2.1", "")]
    [InlineData("ümlaut {ip}", "ümlaut 192.0.2.1", "192.0.2.1", "")]
    public void A_template_takes_what_it_says(string template, string text, string address, string user)
    {
        Seen? seen = Lines.Template(template).See(text);
        Assert.NotNull(seen);
        Assert.Equal(Address.Parse(address), seen.Address);
        Assert.Equal(user, seen.User);
    }

    [Theory]
    [InlineData("from {ip}", "from 192.0.2.1 ")] // trailing spaces never reach a template
    [InlineData("from {ip}", "from 192.0.2.1 x")]
    [InlineData("from {ip}", "x from 192.0.2.1")]
    [InlineData("from {ip}", "from 192.0.2.256")]
    [InlineData("from {ip}", "from example.org")]
    [InlineData("from {ip}", "from ")]
    [InlineData("from {ip} port {n}", "from 192.0.2.1 port ")]
    [InlineData("from {ip} port {n}", "from 192.0.2.1 port 1234567890123456789")]
    [InlineData("{word} {ip}", " 192.0.2.1")]
    [InlineData("a {user} from {ip}", "a from 192.0.2.1")]
    [InlineData("ab{any}bc {ip}", "abc 192.0.2.1")]
    public void A_template_takes_nothing_else(string template, string text)
    {
        TemplateMatch match = default;
        Assert.False(TemplateReader.Read(template).Value[0].TryMatch(Encoding.UTF8.GetBytes(text), ref match));
    }

    [Theory]
    [InlineData("{ip}")]
    [InlineData("{ip}{n} x")]
    [InlineData("a {ip} {ip}")]
    [InlineData("{any} a {any} b {any} {ip}")]
    [InlineData("{any} a {user} {ip}")]
    [InlineData("{any:shortest} a {ip}")]
    [InlineData("{any:shortest} {word} {any} {ip}")]
    [InlineData("{any} {time} {ip}")]
    [InlineData("a {host} {ip}")]
    [InlineData("a {ip")]
    [InlineData("a } {ip}")]
    [InlineData("{a|b}{a|b}{a|b}{a|b}{a|b}{a|b}{a|b}{a|b}{a|b} {ip}")]
    public void An_unsound_template_is_refused(string template)
    {
        Result<ImmutableArray<Template>> read = TemplateReader.Read(template);
        Assert.False(read.IsOk);
        Assert.Contains(template, read.Problem.What, StringComparison.Ordinal);
    }

    [Fact]
    public void An_address_between_free_texts_is_warned_of()
    {
        Assert.NotNull(TemplateReader.Warn("{user:longest} from {ip} because {any}"));
        Assert.Null(TemplateReader.Warn("{any:shortest} for {user} from {ip}"));
        Assert.Null(TemplateReader.Warn("from {ip}: {any}"));
    }

    [Fact]
    public void A_name_that_could_push_the_peer_off_the_line_never_matches()
    {
        // sshd cuts its lines at 1,023 bytes, so the line of a name that long would end with whatever the name ends with.
        RuleFilter filter = Lines.BuiltIn("sshd", "ddos");
        const string Start = "Connection closed by invalid user ";
        const string Victim = " 203.0.113.9 port 22";
        string cut = Start + new string('x', 1023 - Start.Length - Victim.Length) + Victim;
        Assert.Null(filter.See("Nov 21 08:00:00 host sshd[7]: " + cut));
        Assert.Null(filter.See("Nov 21 08:00:00 host sshd[7]: " + cut + " [preauth]"));

        // The longest that sshd writes whole: 200 bytes, each escaped as four.
        string whole = string.Concat(Enumerable.Repeat("\\001", 200));
        Assert.Equal(whole, filter.See($"Nov 21 08:00:00 host sshd[7]: {Start}{whole} 198.51.100.7 port 4242 [preauth]")!.User);
    }

    [Fact]
    public void Counts_are_attempts_within_bounds()
    {
        RuleFilter filter = Lines.Template("{count} failures from {ip}");
        Assert.Equal(7, filter.See("7 failures from 192.0.2.1")!.Attempts);
        Assert.Equal(1000, filter.See("999999999999999 failures from 192.0.2.1")!.Attempts);
        Assert.Equal(0, filter.See("0 failures from 192.0.2.1")!.Attempts);
    }

    [Fact]
    public void A_stamp_in_the_line_is_the_time()
    {
        RuleFilter filter = Lines.Template("{ip} - {user:shortest} [{time}] \"{any}\" 401");
        Seen? seen = filter.See("192.0.2.1 - x [y [10/Oct/2000:13:55:36 -0700] \"GET / HTTP/1.0\" 401");
        Assert.Equal("2000-10-10T20:55:36Z", seen!.Time.ToString());
        Assert.Equal("x [y", seen.User);
    }

    [Fact]
    public void Matching_costs_time_linear_in_the_line()
    {
        // A quadratic matcher would take minutes here; the bound is the test run's own patience.
        RuleFilter[] filters =
        [
            Lines.Template("{any:shortest}={n}={user} {ip}"),
            Lines.Template("{any:longest}={ip}={user}!"),
            Lines.Template("{any:shortest} [{time}] {user} {ip}"),
            Lines.Template("{word}= {user}={ip}"),
        ];
        foreach (RuleFilter filter in filters)
        {
            foreach (string piece in new[] { "=", "=1", " [", "=1.1.1.1", "= ", "a" })
            {
                string line = string.Concat(Enumerable.Repeat(piece, 65_000 / piece.Length));
                Assert.Null(filter.See(line));
                Assert.Null(filter.See(line + " 192.0.2.300"));
            }
        }
    }

    [Theory]
    [InlineData("Failed for {user} from {ip} port {n}")]
    [InlineData("Failed for {user} from {ip} port {n} ssh2")]
    [InlineData("Failed {any} {ip}: {n} and a long end")]
    public void A_peer_at_the_end_is_found_as_any_other_parts_are(string text)
    {
        // A count is a number like any other, but the form that most templates end in has none.
        Template usual = TemplateReader.Read(text).Value[0];
        Template other = TemplateReader.Read(text.Replace("{n}", "{count}", StringComparison.Ordinal)).Value[0];
        string[] pieces =
        [
            "Failed for ", " from ", "192.0.2.1", "2001:db8::1", "2001:db8:1111:2222:3333:4444:5555:6666", "[2001:db8::1]", "fe80::1%eth0", "192.0.2.256",
            " port ", ": ", "22", "1", "123456789012345678", "1234567890123456789", "x", " ", "root", " ssh2", "", new string('y', 70), "\u00e4",
        ];
        string[] betweens = [" port ", ": "];
        string[] ends = ["", " ssh2", " and a long end"];
        var random = new Random(9);
        int matched = 0;
        for (int i = 0; i < 200_000; i++)
        {
            string user = string.Concat(Enumerable.Range(0, random.Next(4)).Select(_ => Any()));
            string peer = random.Next(3) > 0
                ? " from " + Any() + betweens[random.Next(2)] + Any()
                : string.Concat(Enumerable.Range(0, 4).Select(_ => Any()));
            byte[] line = Encoding.UTF8.GetBytes("Failed for " + user + peer + ends[random.Next(3)]);
            TemplateMatch first = default;
            TemplateMatch second = default;
            bool isMatch = usual.TryMatch(line, ref first);
            Assert.Equal(other.TryMatch(line, ref second), isMatch);
            if (isMatch)
            {
                matched++;
                Assert.Equal(second.Address, first.Address);
                Assert.True(second.User.SequenceEqual(first.User));
            }
        }

        Assert.True(matched > 300);

        string Any() => pieces[random.Next(pieces.Length)];
    }
}
