using System.Text.RegularExpressions;
using Virtward.Guard.Filters.Regexes.Bytes;
using Xunit;

namespace Virtward.Tests.Guard.Filters.Regexes.Bytes;

public sealed class ConditionResolverTests
{
    [Theory]
    [InlineData("^(?:(?<a>x)|y)z(?(a)1|2)$")]
    [InlineData("^(?<i>in )?(?<u>(?<w>\\S+)|(?(i)b|c)) at(?(w): |$)")]
    [InlineData("(?<a>x)??y(?:p|(?(a)q|r))")]
    [InlineData("(?<a>x)y(?(a)1|2)")]
    public void What_one_group_decides_needs_no_condition(string pattern) =>
        Assert.DoesNotContain(nameof(Syntax.Condition), Shape(Resolved(pattern)), StringComparison.Ordinal);

    [Theory]
    [InlineData("(?:(?<a>x)|y)+z(?(a)1|2)")]
    [InlineData("(?:(?:(?<a>x)|y)(?(a)1|2))+")]
    [InlineData("(?<a>x)?(?<a>y)?(?(a)1|2)")]
    [InlineData("(?(a)1|2)(?<a>x)?")]
    [InlineData("(?<a>(?(a)x|y))z(?(a)1|2)")]
    public void What_a_loop_or_several_groups_decide_stays(string pattern) =>
        Assert.Contains(nameof(Syntax.Condition), Shape(Resolved(pattern)), StringComparison.Ordinal);

    [Fact]
    public void It_does_not_grow_beyond_its_bound()
    {
        string groups = string.Concat(Enumerable.Range(0, 20).Select(n => $"(?<g{n}>a)?"));
        string conditions = string.Concat(Enumerable.Range(0, 20).Select(n => $"(?(g{n})b|c)"));
        Syntax resolved = Resolved(groups + conditions);
        Assert.InRange(resolved.Size, 1, 2_500);
        Assert.Contains(nameof(Syntax.Condition), Shape(resolved), StringComparison.Ordinal);
    }

    private static Syntax Resolved(string pattern) => ConditionResolver.Resolve(SyntaxReader.Read(new Regex(pattern))!, 2_000);

    private static string Shape(Syntax syntax) => syntax switch
    {
        Syntax.Sequence sequence => string.Concat(sequence.Parts.Select(Shape)),
        Syntax.Choice choice => string.Join('|', choice.Branches.Select(Shape)),
        Syntax.Group group => $"({Shape(group.Body)})",
        Syntax.Loop loop => $"{Shape(loop.Body)}*",
        Syntax.Look look => $"<{Shape(look.Body)}>",
        Syntax.Condition condition => $"{nameof(Syntax.Condition)}[{Shape(condition.Yes)}|{Shape(condition.No)}]",
        _ => ".",
    };
}
