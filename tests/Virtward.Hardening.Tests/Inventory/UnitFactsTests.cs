using Virtward.Hardening.Inventory.Unit;
using Virtward.Hardening.Tests.Support;

namespace Virtward.Hardening.Tests.Inventory;

public sealed class UnitFactsTests
{
    private static UnitFacts Read(TestHost host) => UnitFacts.Read(host.Snapshot);

    private static TestHost Host() => new TestHost()
        .Text("audit/units.json", """
            [{"unit":"ssh.service","load":"loaded","active":"active","sub":"running","description":"OpenBSD Secure Shell server"},
             {"unit":"wg-quick@wg0.service","load":"loaded","active":"active","sub":"exited","description":"WireGuard"},
             {"unit":"cups.service","load":"not-found","active":"inactive","sub":"dead","description":"cups.service"}]
            """)
        .Text("audit/unit-files.json", """
            [{"unit_file":"ssh.service","state":"enabled","preset":"enabled"},{"unit_file":"telnet.socket","state":"masked","preset":null},
             {"unit_file":"wg-quick@.service","state":"indirect"}]
            """)
        .Text("audit/unit-sockets.json", """[{"listen":"0.0.0.0:16509","unit":"libvirtd-tcp.socket","activates":"libvirtd.service"}]""")
        .Text("audit/unit-timers.json", """[{"next":1764300000000000,"left":1,"last":1764200000000000,"passed":2,"unit":"apt-daily.timer","activates":"apt-daily.service"},{"next":0,"last":null,"unit":"x.timer","activates":"x.service"}]""");

    [Fact]
    public void States_come_from_memory_and_from_files()
    {
        UnitFacts facts = Read(Host());
        Assert.Null(facts.Problem);
        Assert.Equal("active (running), enabled", facts.Find("ssh.service")!.Told);
        Assert.True(facts.IsActive("ssh.service") && facts.IsEnabled("ssh.service"));
        Assert.True(facts.Find("telnet.socket")!.IsMasked);
        Assert.Equal("indirect", facts.Find("wg-quick@wg0.service")!.FileState);
        Assert.False(facts.IsActive("cups.service"));
        Assert.Null(facts.Find("nothing.service"));
        Assert.Equal("0.0.0.0:16509", Assert.Single(facts.Sockets).Listen);
        Assert.Equal(2025, facts.Timers[0].Last!.Value.Year);
        Assert.Null(facts.Timers[1].Next);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("[1,null,{\"unit\":7}]")]
    [InlineData("not json")]
    [InlineData("")]
    public void What_is_not_systemctls_is_told_or_passed_over(string text)
    {
        UnitFacts facts = Read(new TestHost().Text("audit/units.json", text).Text("audit/unit-files.json", text));
        Assert.False(facts.IsActive("ssh.service"));
    }

    [Fact]
    public void A_system_that_does_not_run_is_said()
    {
        UnitFacts facts = Read(Host().Lacks("audit/units.json", "systemctl ended with 1: System has not been booted with systemd"));
        Assert.Contains("not been booted", facts.Problem, StringComparison.Ordinal);
        Assert.True(facts.IsEnabled("ssh.service"));
        Assert.False(facts.IsActive("ssh.service"));
    }
}
