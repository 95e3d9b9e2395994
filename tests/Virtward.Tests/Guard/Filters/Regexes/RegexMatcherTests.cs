using Virtward.Core.Results;
using Virtward.Guard.Filters.Regexes;
using Virtward.Guard.Filters.Rules;
using Xunit;

namespace Virtward.Tests.Guard.Filters.Regexes;

public sealed class RegexMatcherTests
{
    [Theory]
    [InlineData("login of eve from 192.0.2.1 failed", "192.0.2.1", "eve")]
    [InlineData("login of ève from [2001:db8::1] failed", "2001:db8::1", "ève")]
    [InlineData("login of x from fe80::1%eth0 failed", "fe80::1", "x")]
    public void An_expression_names_address_and_user(string line, string address, string user)
    {
        Seen? seen = Filter(@"^login of (?<user>.*) from (?<ip>\S+) failed$").See(line);
        Assert.Equal(address, seen?.Address.ToString());
        Assert.Equal(user, seen!.User);
    }

    [Fact]
    public void A_host_name_is_no_address() => Assert.Null(Filter(@"^from (?<ip>\S+) failed$").See("from evil.example failed"));

    [Theory]
    [InlineData("^from (?<ip>\\S+) failed$", "")]
    [InlineData("from (?<ip>\\S+) failed$", "not anchored")]
    [InlineData("^from (?<ip>\\S+) failed", "not anchored")]
    [InlineData("^(?<ip>\\S+) \\d+$", "runs on every line")]
    [InlineData("^from (?!x)(?<ip>\\S+) failed$", "backtracking")]
    public void What_is_dangerous_is_warned_of(string pattern, string warning)
    {
        RegexMatcher matcher = RegexMatcher.Create("rule", pattern, needsAddress: true).Value;
        if (warning.Length == 0)
        {
            Assert.Empty(matcher.Warnings);
        }
        else
        {
            Assert.Contains(warning, Assert.Single(matcher.Warnings), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("(?<ip>", "cannot be read")]
    [InlineData("^from \\S+$", "no group 'ip'")]
    public void What_is_no_expression_is_refused(string pattern, string what)
    {
        Result<RegexMatcher> result = RegexMatcher.Create("rule", pattern, needsAddress: true);
        Assert.Contains(what, result.Problem!.What, StringComparison.Ordinal);
    }

    [Fact]
    public void An_expression_that_hangs_is_stopped_and_then_switched_off_and_says_so_once()
    {
        var told = new List<Problem>();
        RuleFilter filter = Lines.Filter("filter: test\nheader: none\nrules:\n  - name: slow\n    regex: '^User (?!x)(\\S+)+(\\S+)+ from (?<ip>[0-9.]+)$'\n", report: told.Add);
        string hostile = "User " + new string('a', 300) + " from nobody";
        for (int i = 0; i < GuardedRegex.Strikes; i++)
        {
            Assert.Empty(told);
            Assert.NotNull(filter.See("User eve from 192.0.2.1"));
            Assert.Null(filter.See(hostile));
        }

        Assert.Contains("slow", Assert.Single(told).What, StringComparison.Ordinal);
        Assert.Null(filter.See("User eve from 192.0.2.1"));
        Assert.Null(filter.See(hostile));
        Assert.Single(told);
    }

    [Fact]
    public void Nested_repetitions_are_harmless_where_no_backtracking_is_needed()
    {
        RuleFilter filter = Filter(@"^User (\S+)+(\S+)+ from (?<ip>[0-9.]+)$");
        for (int i = 0; i < 20; i++)
        {
            Assert.Null(filter.See("User " + new string('a', 300) + " from nobody"));
        }

        Assert.NotNull(filter.See("User eve from 192.0.2.1"));
    }

    private static RuleFilter Filter(string pattern) =>
        Lines.Filter($"filter: test\nheader: none\nrules:\n  - name: only\n    regex: '{pattern}'\n");
}
