using Virtward.Core.Policy.Reading;
using Virtward.Hardening.Audit;
using Virtward.Hardening.Checks;
using Virtward.Hardening.Inventory;
using Virtward.Hardening.Makers;
using Virtward.Hardening.Tests.Support;

namespace Virtward.Hardening.Tests.Makers;

/// <summary>A remedy names a change where a plan of the same host has it, and only there.</summary>
public sealed class PlannedAnswersTests
{
    private const string Open = "PasswordAuthentication yes\nPermitRootLogin yes\nMaxAuthTries 100\n";

    private static AuditFacts Facts(TestHost host, string policy = "") => host.Facts(policy: PolicyReader.Read($"version: 1\n{policy}", "p").Policy!);

    private static TestHost Host() => new TestHost().Units("ssh.service", "rpcbind.service active running enabled", "chrony.service").Dpkg("openssh-server=1:9.2p1-2", "telnetd", "chrony")
        .Config("/etc/ssh/sshd_config", Open).State("/etc/passwd", 666).State("/usr/bin/odd", 4755).State("/etc/ssh/sshd_config", 644);

    private static string?[] Changes(AuditFacts facts, Check check) =>
        [.. Auditor.Run(facts, [check], [], static _ => { }, CancellationToken.None).Results[0].Outcome.Findings.OrderBy(static finding => finding.Subject, StringComparer.Ordinal).Select(static finding => finding.Change)];

    [Fact]
    public void What_the_plan_sets_is_named_and_what_it_leaves_is_not()
    {
        AuditFacts facts = Facts(Host(), "software: { absent: [telnetd], masked-units: [] }");
        Assert.Equal("ssh", Assert.Single(Changes(facts, Catalogue.Find("SSH-03")!).Distinct()));
        Assert.Equal("packages", Assert.Single(Changes(facts, Catalogue.Find("PKG-01")!)));
        Assert.All(Changes(facts, Catalogue.Find("SVC-01")!), Assert.Null);

        // Of AUT-02 the mode is set; a setuid program that nobody ships is a person's to look at.
        Assert.Equal("file.modes, -", string.Join(", ", Changes(facts, Catalogue.Find("AUT-02")!).Select(static change => change ?? "-")));
    }

    [Fact]
    public void What_the_policy_keeps_its_hands_off_is_not_promised()
    {
        AuditFacts facts = Facts(Host(), "ssh: { manage: false }\nsoftware: { absent: [] }");
        Assert.All(Changes(facts, Catalogue.Find("SSH-03")!), Assert.Null);
        Assert.All(Changes(facts, Catalogue.Find("PKG-01")!), Assert.Null);
    }

    [Fact]
    public void The_firewall_is_promised_where_nothing_of_it_is_there()
    {
        Check check = Catalogue.Find("FW-02")!;
        Assert.Equal("firewall", Assert.Single(Changes(Facts(Host()), check).Distinct()));
        const string ours = "table inet virtward { chain policy_input { type filter hook input priority 0; policy accept; } }\n";
        Assert.All(Changes(Facts(Host().Rules(ours)), check), Assert.Null);
        Assert.All(Changes(Facts(Host(), "firewall: { manage: false }"), check), Assert.Null);
    }

    [Fact]
    public void The_remedy_says_so_first()
    {
        var finding = new Finding("x", "is open", new Remedy("Close it.")) { Evidence = [Evidence.OfSetting("x", "1")] };
        Assert.Equal("Close it.", finding.Told);
        Assert.Equal("`virtward plan` has this change (ssh). Close it.", (finding with { Change = "ssh" }).Told);
    }

    [Fact]
    public void Every_maker_declares_the_checks_that_its_changes_name()
    {
        AuditFacts facts = Facts(Host().Text("sysctl.txt", KernelTexts.Sysctls("net.ipv4.conf.eth0.rp_filter = 0", "net.ipv4.conf.all.rp_filter = 0")).Config("/etc/systemd/resolved.conf", "[Resolve]\nLLMNR=yes\n"),
            "software: { absent: [telnetd], masked-units: [rpcbind.service] }");
        var made = AllMakers.All.Prepend(AllMakers.Firewall).Select(maker => (maker, maker.Make(facts, facts.Policy).Changes)).Where(static pair => !pair.Changes.IsEmpty).ToList();
        Assert.True(made.Count >= 6, string.Join(' ', made.Select(static pair => pair.maker.Id)));
        Assert.All(made, static pair => Assert.All(pair.Changes, change =>
        {
            Assert.True(pair.maker.Makes(change));
            Assert.Empty(change.Checks.Except(pair.maker.Checks.Select(static check => check.Id)));
        }));
    }

    [Fact]
    public void No_two_makers_make_changes_of_one_name() =>
        Assert.Equal(AllMakers.All.Length + 1, AllMakers.All.Prepend(AllMakers.Firewall).Select(static maker => maker.Id).Distinct().Count());
}
