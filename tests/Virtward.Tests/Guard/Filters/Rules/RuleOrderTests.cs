using System.Globalization;
using System.Text;
using Virtward.Guard.Filters.Rules;
using Xunit;

namespace Virtward.Tests.Guard.Filters.Rules;

public sealed class RuleOrderTests
{
    [Fact]
    public void The_first_rule_of_the_file_that_matches_decides()
    {
        var random = new Random(8);
        string[] starts = ["", "a", "ab", "abcd", "abcdefgh", "abcdefghij", "abce", "{any}", "{word} "];
        string[] ends = ["x {ip}", " {any} x {ip}", "{ip}", "ij {ip}"];
        string[] regexes = ["^(?<ip>1)", "^abc.* (?<ip>\\S+)$", "x (?<ip>\\S+)$"];
        for (int round = 0; round < 60; round++)
        {
            string[] rules = [.. Enumerable.Range(0, random.Next(2, 9)).Select(i => random.Next(5) == 0
                ? $"  - name: r{i}\n    regex: '{regexes[random.Next(regexes.Length)]}'\n"
                : $"  - name: r{i}\n    match: '{starts[random.Next(starts.Length)]}#{ends[random.Next(ends.Length)]}'\n")];
            rules = [.. rules.Where(r => !r.Contains("{any}# {any}", StringComparison.Ordinal))];
            if (rules.Length == 0)
            {
                continue;
            }

            const string Head = "filter: test\nheader: none\nrules:\n";
            RuleFilter whole = Lines.Filter(Head + string.Concat(rules));
            RuleFilter[] alone = [.. rules.Select(r => Lines.Filter(Head + r))];
            for (int i = 0; i < 200; i++)
            {
                string line = starts[random.Next(7)] + "#" + ends[random.Next(ends.Length)]
                    .Replace("{ip}", "192.0.2.1", StringComparison.Ordinal).Replace("{any}", random.Next(9).ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);
                string? first = alone.Select(f => f.See(line)).FirstOrDefault(s => s is not null)?.Rule;
                Assert.Equal(first, whole.See(line)?.Rule);
            }
        }
    }

    [Fact]
    public void Short_and_odd_messages_are_taken()
    {
        RuleFilter filter = Lines.BuiltIn("sshd", "aggressive");
        foreach (string message in new[] { "", "F", "Fail", "Failed ", "Failed password", "\0\0\0\0", "Invalid user" })
        {
            Assert.Null(filter.See(Encoding.UTF8.GetBytes("Nov 21 08:00:00 host sshd[7]: " + message)));
        }
    }
}
