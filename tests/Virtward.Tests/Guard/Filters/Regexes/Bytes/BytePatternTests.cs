using System.Text;
using System.Text.RegularExpressions;
using Virtward.Guard.Fail2Ban.Patterns;
using Virtward.Guard.Filters.Regexes.Bytes;
using Xunit;

namespace Virtward.Tests.Guard.Filters.Regexes.Bytes;

public sealed class BytePatternTests
{
    [Theory]
    [InlineData("abc")]
    [InlineData("^abc$")]
    [InlineData(@"\Aabc\z")]
    [InlineData(@"\Aabc\Z")]
    [InlineData(@"^(?<a>\S+) (?<b>.*) (?<c>\d{1,3})$")]
    [InlineData(@"(?<a>.*?)(?: from (?<b>\S+))? port (?<c>\d+)$")]
    [InlineData(@"^(?:x(?<a>\d)|y(?<b>\w)|(?<c>z+))* (?<d>.{2,4}?)b")]
    [InlineData(@"(?i)^Login (?<user>[a-k]+) (?-i:Ok) (?i:no|YES)\b")]
    [InlineData(@"^(?<q>['""])(?<t>[^'""]*)\k<q>,\s*(?<u>(?:(?! from ).)*?) from (?(q)x|y)")]
    [InlineData(@"^(?<i>invalid )?(?<u>(?<w>\S+)|(?(i)(?:(?! from ).)*?|[^:]+)) from \d+(?(w): |(?:(?:(?! from ).)*)$)")]
    [InlineData(@"^a(?:b+|bc)c|(?<=x)(?<y>y+)(?<!yyy)z")]
    [InlineData(@"\b(?<w>\w+)\B.\b(?<v>[\w.]{2,})")]
    [InlineData(@"^(?:(?<h>[0-9a-fA-F]{1,4})::?|::){1,7}(?:[0-9a-fA-F]{1,4}|:)$")]
    [InlineData(@"(?m)^a(?<x>[^\n]+)$\n^(?<y>b.*)$")]
    [InlineData(@"(?s)^a.*?b.+c")]
    [InlineData(@"(?<x>a|ab)(?<y>c|bcd)(?<z>d*)$")]
    [InlineData(@"^(?<a>a*)*?b?(?<c>[a-c-[b]]+)$|{x|a{,3}|b{2}")]
    [InlineData(@"(?:(?<a>a)|b){2,5}?(?<c>c|$)")]
    [InlineData(@"^(?:\s+(?:(?:logname|e?uid|tty)=\S*)){0,4}\s+ruser=(?<u>\S*)(?:\s+x)?\s*$")]
    [InlineData(@"[\x41-\x43\u0044\t]+[^]a-]{2}[]x]\.\-\/")]
    [InlineData(@"(?<o>(?<i>a+)b)+(?<r>\k<o>|\k<i>)")]
    [InlineData(@"^(?<a>x)??(?:(?<b>y)|z)(?<c>\w+?)(?(a)1|2)(?(b):(?<d>a|ab)|;)b?(?(d)$|.)")]
    [InlineData(@"^(?<u>(?:(?<a>a+)|b)(?<v>c?))x*(?:(?(a)1|2)(?<w>d)|(?(w)3|(?(a)2|1)))*$")]
    [InlineData(@"^(?:(?<n>q)|\S) (?:x|y|(?<z>z))(?<i>in )?(?<u>(?<w>\S+)|(?(i)(?:(?!at).)*?|[^:]+))at(?(w): |[^:]*$)")]
    [InlineData(@"^(?<g>x+)(?<g>y)?(?(g)z|w)(?<g>z)*")]
    [InlineData(@"^(?<a>(?:(?! f).){2,5}) f(?<b>(?:(?!ab).)*?)b(?<c>(?:(?![b])[a-c])+)$")]
    [InlineData(@"^(?:(?<n>\d)?(?:-|:)?)(?<m>[ab]?)(?:c?(?<o>d)?)(?(n)!|\?)(?(o)!|\?)")]
    public void It_finds_what_dotnet_finds(string pattern)
    {
        foreach (RegexOptions options in new[] { RegexOptions.None, RegexOptions.IgnoreCase, RegexOptions.Multiline, RegexOptions.ExplicitCapture })
        {
            var samples = new Samples(new Regex(pattern, options | RegexOptions.CultureInvariant), pattern.Length);
            if (samples.Compiles)
            {
                AssertAgree(samples, 2_000);
                Assert.True(samples.Matched > 20, $"{samples.Matched} of 2,000 texts match");
            }
        }
    }

    [Fact]
    public void Random_expressions_mean_the_same_to_both()
    {
        var random = new Random(7);
        int compiled = 0;
        for (int round = 0; round < 3_000; round++)
        {
            string pattern = RandomPattern(random, 3);
            var samples = new Samples(new Regex(pattern, RegexOptions.CultureInvariant), round);
            if (samples.Compiles)
            {
                compiled++;
                AssertAgree(samples, 20);
            }
        }

        Assert.True(compiled > 1_500, $"only {compiled} of 3,000 expressions compile");
    }

    [Theory]
    [InlineData(@"(?<a>x*)+")]
    [InlineData("(?<a>y)(?<b-a>x)")]
    [InlineData(@"(x)\1")]
    [InlineData("(?:(?!a)?b)*")]
    [InlineData("(?=(?<a>x))x")]
    [InlineData("(?<=x+)y")]
    [InlineData("(?x: a b)")]
    [InlineData("(?>a|ab)c")]
    [InlineData("\u00e9")]
    [InlineData("((((((a|bb){9}c){9}d){9}e){9}f){9}g){9}")]
    public void What_it_does_not_know_it_refuses(string pattern) => Assert.Null(BytePattern.Compile(new Regex(pattern)));

    [Theory]
    [InlineData(@"^user (\S+)+(\S+)+ from x$")]
    [InlineData("^(?:a|b|ab|aa)*c$")]
    [InlineData("^.*.*.*.*.*.*x$")]
    [InlineData("(?:(?:ab?)+)+$x")]
    public void A_hostile_text_uses_up_a_budget_and_no_more(string pattern)
    {
        var regex = new Regex(pattern);
        BytePattern bytes = BytePattern.Compile(regex)!;
        int[] groups = new int[3 * regex.GetGroupNumbers().Length];
        // It holds the text that is asked for first, and does not end in it.
        string hostile = "user " + new string('a', 60_000) + (pattern.EndsWith("from x$", StringComparison.Ordinal) ? " from xy" : "");
        Assert.Null(bytes.Search(Encoding.ASCII.GetBytes(pattern.StartsWith("^user", StringComparison.Ordinal) ? hostile : hostile[5..]), groups));
    }

    [Fact]
    public void The_tags_of_fail2ban_compile()
    {
        foreach (string tag in new[] { "<HOST>", "<ADDR>", "<IP4>", "<IP6>", "<SUBNET>", "<F-ID/>", "<F-USER>\\S+</F-USER>", "x<SKIPLINES>y" })
        {
            var samples = new Samples(new Regex(PythonRegex.ToDotNet(RegexTags.Expand($"^from {tag}:? done", captureNames: true)), RegexOptions.ExplicitCapture), 3);
            Assert.True(samples.Compiles, tag);
            AssertAgree(samples, 2_000);
            Assert.True(samples.Matched > 100, tag);
        }
    }

    private static void AssertAgree(Samples samples, int rounds)
    {
        string? disagreement = samples.Disagreement(rounds);
        Assert.True(disagreement is null, disagreement);
    }

    private static string RandomPattern(Random random, int depth)
    {
        string[] atoms = ["a", "b", "ab", "c", ".", @"\d", @"\w", @"\s", "[ab]", "[^a]", " ", "^", "$", @"\b", "1"];
        string[] quantifiers = ["", "", "", "*", "+", "?", "*?", "+?", "??", "{2}", "{1,3}", "{0,2}?", "{2,}"];
        var pattern = new StringBuilder();
        for (int parts = random.Next(1, 5); parts > 0; parts--)
        {
            string atom = atoms[random.Next(atoms.Length)];
            if (depth > 0 && random.Next(3) == 0)
            {
                string inner = RandomPattern(random, depth - 1);
                string other = RandomPattern(random, depth - 1);
                atom = random.Next(8) switch
                {
                    0 => $"(?<g{depth}>{inner})",
                    1 => $"(?:{inner}|{other})",
                    2 => $"(?<h{depth}>{inner}|{other})",
                    3 => $"(?!{inner})",
                    4 => $"(?={inner})",
                    5 => $"(?:(?<c{depth}>{inner})|{other})(?(c{depth})a|b)",
                    6 => "(?:(?!ab)[^1])",
                    _ => $"(?:{inner})",
                };
            }

            pattern.Append(atom);
            string quantifier = quantifiers[random.Next(quantifiers.Length)];
            pattern.Append(atom is "^" or "$" or @"\b" || atom.EndsWith("a|b)", StringComparison.Ordinal) || (atom.Length > 1 && atom[0] != '(' && atom[0] != '[' && atom[0] != '\\') ? "" : quantifier);
        }

        return pattern.ToString();
    }
}
