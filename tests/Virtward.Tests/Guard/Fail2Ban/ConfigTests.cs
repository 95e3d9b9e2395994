using Virtward.Core.Results;
using Virtward.Guard.Fail2Ban.Config;
using Xunit;

namespace Virtward.Tests.Guard.Fail2Ban;

public sealed class ConfigTests
{
    private readonly MemoryTextFiles _files = new();
    private readonly List<Problem> _problems = [];

    [Fact]
    public void Reads_Pythons_dialect()
    {
        _files["/f/x.conf"] = """
            # a comment
            [DEFAULT]
            Base = one ; the rest of this line is a comment
            [Sec]
            first : value;with a semicolon
            second = line one
                # not this one
                line two

                line three
            third=
            """;
        ConfigTree tree = Read("/f/x");
        Assert.Equal("one", Get(tree, "Sec", "base"));
        Assert.Equal("value;with a semicolon", Get(tree, "Sec", "first"));
        Assert.Equal("line one\nline two\n\nline three", Get(tree, "Sec", "second"));
        Assert.Equal("", Get(tree, "Sec", "third"));
        Assert.Null(Get(tree, "Sec", "fourth"));
        Assert.Equal(6, tree.Find("Sec", "second")!.Line);
    }

    [Fact]
    public void Interpolates_options_sections_and_what_was_before()
    {
        _files["/f/x.conf"] = """
            [DEFAULT]
            who = world
            [Other]
            place = here
            [Sec]
            a = hello %(who)s, 100%%
            b = %(other/place)s %(Sec/a)s
            """.Replace("[Other]", "[other]", StringComparison.Ordinal).Replace("Sec/a", "sec/a", StringComparison.Ordinal) + "\n[sec]\na = second";
        _files["/f/x.local"] = """
            [Sec]
            a = %(known/a)s and me in %(__name__)s
            """;
        ConfigTree tree = Read("/f/x");
        Assert.Equal("hello world, 100% and me in Sec", Get(tree, "Sec", "a"));
        Assert.Equal("here second", Get(tree, "Sec", "b"));
        Assert.Equal("hello world, 100%", Get(tree, "Sec", "known/a"));
        Assert.Equal("x", tree.Get("Sec", "a", new Dictionary<string, string> { ["a"] = "x" }).Value);
    }

    [Fact]
    public void Merges_files_and_includes_in_fail2bans_order()
    {
        _files["/f/x.conf"] = "[INCLUDES]\nbefore = base.conf\nafter = end.conf\n[S]\no = x.conf\n";
        _files["/f/base.conf"] = "[S]\no = base\nonly = base";
        _files["/f/base.local"] = "[S]\nonly = base.local";
        _files["/f/x.d/1.conf"] = "[S]\nd = 1";
        _files["/f/x.d/2.local"] = "[S]\nd = 2";
        _files["/f/x.local"] = "[S]\nl = yes";
        _files["/f/end.conf"] = "[S]\nend = yes";
        ConfigTree tree = Read("/f/x");
        Assert.Equal(["/f/base.conf", "/f/base.local", "/f/x.conf", "/f/end.conf", "/f/x.d/1.conf", "/f/x.local", "/f/x.d/2.local"], tree.Files);
        Assert.Equal("x.conf", Get(tree, "S", "o"));
        Assert.Equal("base.local", Get(tree, "S", "only"));
        Assert.Equal("2", Get(tree, "S", "d"));
    }

    [Fact]
    public void Loops_and_missing_includes_end_with_a_clear_message()
    {
        _files["/f/x.conf"] = "[INCLUDES]\nbefore = y.conf\n  nowhere.conf\n[S]\na = %(b)s\nb = %(a)s\nc = 5 % of it\nd = %(missing)s";
        _files["/f/y.conf"] = "[INCLUDES]\nbefore = x.conf\n[S]\ny = 1";
        ConfigTree tree = new ConfigReader(_files).Read("/f/x", _problems)!;
        Assert.Contains("/f/nowhere.conf", Assert.Single(_problems).ToString(), StringComparison.Ordinal);
        Assert.Equal("1", Get(tree, "S", "y"));
        Assert.StartsWith("/f/x.conf:5: interpolation goes deeper", tree.Get("S", "a").Problem!.ToString(), StringComparison.Ordinal);
        Assert.StartsWith("/f/x.conf:7: a '%' stands alone", tree.Get("S", "c").Problem!.ToString(), StringComparison.Ordinal);
        Assert.Contains("%(missing)s", tree.Get("S", "d").Problem!.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_bomb_of_options_is_stopped()
    {
        _files["/f/x.conf"] = "[S]\n" + string.Join('\n', Enumerable.Range(0, 9).Select(n => $"o{n} = " + string.Concat(Enumerable.Repeat($"%(o{n + 1})s", 20)))) + "\no9 = %%aaaaaaaa";
        Assert.Contains("characters", Read("/f/x").Get("S", "o0").Problem!.ToString(), StringComparison.Ordinal);
        var tags = new Dictionary<string, string> { ["a"] = "<b><b>", ["b"] = "<a>" };
        Assert.Contains("refers to itself", Tags.Replace(tags, _ => Result<string?>.Ok(null)).Problem!.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("no section = here")]
    [InlineData("[s]\n[s]")]
    [InlineData("[s]\na = 1\nA = 2")]
    [InlineData("[s]\njust words")]
    public void A_broken_file_is_a_problem_with_its_line(string text) =>
        Assert.True(ConfigFile.Parse("/f/x.conf", text).Problem!.Line > 0);

    [Fact]
    public void Tags_are_replaced_until_none_is_left()
    {
        var options = new Dictionary<string, string>
        {
            ["failregex"] = "<cmn-<mode>> <HOST> <lt_<logtype>/pre>",
            ["mode"] = "ddos",
            ["logtype"] = "file",
            ["cmn-ddos"] = "<word>!",
            ["word"] = "flood",
        };
        Result<Dictionary<string, string>> replaced = Tags.Replace(options, tag => Result<string?>.Ok(tag == "lt_file/pre" ? "P" : null));
        Assert.Equal("flood! <HOST> P", replaced.Value["failregex"]);
    }

    [Fact]
    public void Conditional_sections_make_conditional_options()
    {
        _files["/f/x.conf"] = "[Init]\ntype = four\n[Init?family=inet6]\ntype = six";
        ConfigTree tree = Read("/f/x");
        Assert.Equal("four", Get(tree, "Init", "type"));
        Assert.Equal("six", Get(tree, "Init", "type?family=inet6"));
    }

    [Fact]
    public void Option_lists_are_taken_apart()
    {
        OptionList list = OptionList.Parse("""name[a="x, y]", b='z',c=1][d="2"]""").Value;
        Assert.Equal("name", list.Name);
        Assert.Equal([("a", "x, y]"), ("b", "z"), ("c", "1"), ("d", "2")], list.Options.Select(option => (option.Key, option.Value)));
        Assert.False(OptionList.Parse("name[a=\"x]").IsOk);
        Assert.False(OptionList.Parse("name[junk]").IsOk);
        Assert.Equal(["one[a=\"b c\"]", "two", "three[x=1, y=2]"], OptionList.Split("one[a=\"b c\"]\n  two three[x=1, y=2]"));
    }

    [Theory]
    [InlineData("600", 600)]
    [InlineData("10m", 600)]
    [InlineData("1d 12h", 129_600)]
    [InlineData("1d12h", 129_600)]
    [InlineData("1year-6mo", 15_778_800)]
    [InlineData("-1", -1)]
    [InlineData("60*60", 3_600)]
    [InlineData("1hour+30min", 5_400)]
    [InlineData("2 Weeks", 1_209_600)]
    public void Durations_mean_seconds(string text, double seconds)
    {
        Assert.True(Durations.TryParse(text, out double value));
        Assert.Equal(seconds, value);
    }

    [Theory]
    [InlineData("")]
    [InlineData("soon")]
    [InlineData("5 apples")]
    [InlineData("__import__('os')")]
    public void Other_expressions_are_no_durations(string text) => Assert.False(Durations.TryParse(text, out _));

    private ConfigTree Read(string name)
    {
        ConfigTree? tree = new ConfigReader(_files).Read(name, _problems);
        Assert.Empty(_problems);
        return tree!;
    }

    private static string? Get(ConfigTree tree, string section, string option)
    {
        Result<string?> result = tree.Get(section, option);
        Assert.True(result.IsOk, result.Problem?.ToString());
        return result.Value;
    }
}
