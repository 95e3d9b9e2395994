using Virtward.Hardening.Inventory;
using Virtward.Hardening.Inventory.Package;
using Virtward.Hardening.Tests.Support;

namespace Virtward.Hardening.Tests.Inventory;

public sealed class AptConfigTests
{
    private static AptConfig Read(params string[] texts)
    {
        var host = new TestHost();
        for (int i = 0; i < texts.Length; i++)
        {
            host.Config($"/etc/apt/apt.conf.d/{i:00}x", texts[i]);
        }

        return AptConfig.Read(FileFacts.Read(host.Snapshot));
    }

    [Fact]
    public void Both_forms_comments_and_lists_are_read_and_the_last_wins()
    {
        AptConfig config = Read(
            "APT::Periodic::Enable \"1\"; // APT::Periodic::Enable \"0\";\n/* APT::Periodic::Enable\n\"0\"; */ # x\nAcquire::http::Proxy \"http://proxy.example:3128/#a\";\n",
            "APT {\n  Periodic {\n    Enable \"2\";\n  };\n};\nA::List { \"one\"; \"two\"; };\n",
            "a::list:: \"three\";\n");
        Assert.Equal("2", config.Find("apt::periodic::enable")!.Value);
        Assert.Equal(3, config.Find("APT::Periodic::Enable")!.Line);
        Assert.Equal("http://proxy.example:3128/#a", config.Find("Acquire::http::Proxy")!.Value);
        Assert.Equal(["one", "two", "three"], config.List("A::List").Select(static item => item.Value));
    }

    [Fact]
    public void What_is_cleared_is_gone()
    {
        AptConfig config = Read("A::B { \"x\"; };\n", "#clear A::B;\nA::B:: \"y\";\n");
        Assert.Equal("y", Assert.Single(config.List("A::B")).Value);
    }

    [Theory]
    [InlineData("\0\0\0")]
    [InlineData("A { B { C \"unclosed")]
    [InlineData("}}}};;;;\"\"\"")]
    [InlineData("/* never ends")]
    [InlineData("#clear")]
    public void Broken_text_is_passed_over(string text) => Assert.Null(Read(text).Find("X"));

    [Fact]
    public void Depth_and_length_cost_no_more_than_they_are()
    {
        Assert.NotNull(Read(new string('{', 100_000)).Problem);
        Read(new string(';', 300_000), new string('"', 100_001), string.Concat(Enumerable.Repeat("A::B \"x\";\n", 20_000)));
    }
}
