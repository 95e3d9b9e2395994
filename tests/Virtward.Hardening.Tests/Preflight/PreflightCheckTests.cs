using Virtward.Core.Net;
using Virtward.Core.Policy;
using Virtward.Core.Results;
using Virtward.Core.Snapshots;
using Virtward.Hardening.Firewall;
using Virtward.Hardening.Inventory;
using Virtward.Hardening.Inventory.Ssh;
using Virtward.Hardening.Preflight;
using Virtward.Hardening.Tests.Firewall;
using Virtward.Hardening.Tests.Support;

namespace Virtward.Hardening.Tests.Preflight;

/// <summary>What the pre-flight lets through, and what it refuses with which reason.</summary>
public sealed class PreflightCheckTests
{
    private static readonly SshSession Admin = new(Address.Parse("192.168.1.5"), Address.Parse("192.168.1.100"), 22);
    private static readonly SshSession Stranger = new(Address.Parse("198.51.100.7"), Address.Parse("203.0.113.10"), 22);

    [Fact]
    public void A_session_from_management_keeps_its_way_through_the_planned_rules()
    {
        PreflightVerdict verdict = Passes(FirewallHosts.Isolated(), FirewallHosts.Policy, PlannedSsh.Unchanged, Admin);
        Assert.Equal(["this session", "management"], verdict.Ways.Select(static way => way.Who));
        Assert.All(verdict.Ways, static way => Assert.Equal(("eth1", Address.Parse("192.168.1.100"), 22, true), (way.Device, way.Target, way.Port, way.Limited)));
        Assert.Null(verdict.Credential);
    }

    [Fact]
    public void A_session_that_the_planned_rules_would_cut_is_refused()
    {
        Problem problem = Refuses(FirewallHosts.Isolated(), FirewallHosts.Policy, PlannedSsh.Unchanged, Stranger);
        Assert.Contains("this session's address 198.51.100.7 (zone internet, by eth0)", problem.What, StringComparison.Ordinal);
        Assert.Contains("IPMI", problem.Hint, StringComparison.Ordinal);

        // From a console, or through the host itself, there is no session to lose.
        Passes(FirewallHosts.Isolated(), FirewallHosts.Policy, PlannedSsh.Unchanged, null);
        Passes(FirewallHosts.Isolated(), FirewallHosts.Policy, PlannedSsh.Unchanged, Admin with { Client = Address.Parse("127.0.0.1") });
        Passes(FirewallHosts.Isolated(), FirewallHosts.Policy with { Ssh = new SshPolicy { From = ["management", "internet"] } }, PlannedSsh.Unchanged, Stranger);
    }

    [Fact]
    public void A_forged_looking_session_is_asked_by_its_real_interface() =>
        Assert.Contains("by eth0", Refuses(FirewallHosts.Isolated(), FirewallHosts.Policy with { Zones = [new("management", ["eth1"], [Prefix.Parse("198.51.100.0/24")])] }, PlannedSsh.Unchanged, Stranger).What, StringComparison.Ordinal);

    [Fact]
    public void Management_without_a_way_is_refused_from_a_console_too()
    {
        Problem problem = Refuses(FirewallHosts.Isolated(), FirewallHosts.Policy with { Ssh = new SshPolicy { From = ["internet"] } }, PlannedSsh.Unchanged, null);
        Assert.Contains("nobody of the zone management", problem.What, StringComparison.Ordinal);
        problem = Refuses(FirewallHosts.Isolated(), FirewallHosts.Policy, PlannedSsh.Unchanged with { Ports = [2222] }, null);
        Assert.Contains("at port 2222", problem.What, StringComparison.Ordinal);
        Passes(FirewallHosts.Isolated(), FirewallHosts.Policy with { Ssh = new SshPolicy { Ports = [2222] } }, PlannedSsh.Unchanged with { Ports = [2222] }, Admin);
    }

    [Fact]
    public void A_management_network_that_no_answer_reaches_is_refused_from_a_console_too()
    {
        // A slip of the pen: it is 192.168.1.0/24, and answers to this one leave for the Internet.
        HostPolicy slip = FirewallHosts.Policy with { Zones = [new("management", ["eth1"], [Prefix.Parse("192.168.11.0/24")])] };
        Problem problem = Refuses(FirewallHosts.Isolated(), slip, PlannedSsh.Unchanged, null);
        Assert.Contains("nobody of the zone management", problem.What, StringComparison.Ordinal);
        Assert.Contains("no route leads back to 192.168.11.0/24 by eth1: correct the sources of the zone management", problem.Hint, StringComparison.Ordinal);

        // A network further away, to which a gateway of that side leads.
        HostPolicy far = FirewallHosts.Policy with { Zones = [new("management", ["eth1"], [Prefix.Parse("192.168.11.0/24"), Prefix.Parse("192.168.1.0/24")])] };
        Assert.Equal(Address.Parse("192.168.1.0"), Assert.Single(Passes(FirewallHosts.Isolated(), far, PlannedSsh.Unchanged, null).Ways).Source);
    }

    [Fact]
    public void What_another_firewall_drops_stays_dropped()
    {
        const string Other = "table inet filter {\n\tchain input {\n\t\ttype filter hook input priority filter; policy accept;\n\t\ttcp dport 22 drop\n\t}\n}\n";
        Refuses(FirewallHosts.Isolated().Rules(Other), FirewallHosts.Policy, PlannedSsh.Unchanged, Admin);
        const string Unclear = "table inet filter {\n\tchain input {\n\t\ttype filter hook input priority filter; policy drop;\n\t\ttcp dport 22 osf name \"Linux\" accept\n\t}\n}\n";
        Refuses(FirewallHosts.Isolated().Rules(Unclear), FirewallHosts.Policy, PlannedSsh.Unchanged, Admin);
    }

    [Fact]
    public void What_is_of_ours_now_counts_no_more()
    {
        const string Old = "table inet virtward {\n\tchain policy_input {\n\t\ttype filter hook input priority -10; policy drop;\n\t}\n\tchain guard_prerouting {\n\t\ttype filter hook prerouting priority -350; policy accept;\n\t\tip saddr 192.168.1.6 drop\n\t}\n}\n";
        Passes(FirewallHosts.Isolated().Rules(Old), FirewallHosts.Policy, PlannedSsh.Unchanged, Admin);
        Refuses(FirewallHosts.Isolated().Rules(Old), FirewallHosts.Policy, PlannedSsh.Unchanged, Admin with { Client = Address.Parse("192.168.1.6") });
        Assert.False(PreflightCheck.Judge(FirewallHosts.Isolated().Rules(Old).Facts(policy: FirewallHosts.Policy), null, PlannedSsh.Unchanged, Admin).IsOk);
    }

    [Fact]
    public void Addresses_that_sshd_would_not_listen_on_are_no_way_in()
    {
        Passes(FirewallHosts.Isolated(), FirewallHosts.Policy, PlannedSsh.Unchanged with { Listen = [Address.Parse("192.168.1.100")] }, Admin);
        Refuses(FirewallHosts.Isolated(), FirewallHosts.Policy, PlannedSsh.Unchanged with { Listen = [Address.Parse("2001:db8::10")] }, Admin);
        Assert.Contains("no address that this host has", Refuses(FirewallHosts.Isolated(), FirewallHosts.Policy, PlannedSsh.Unchanged with { Listen = [Address.Parse("192.168.1.101")] }, Admin).What, StringComparison.Ordinal);
    }

    [Fact]
    public void A_vpn_that_may_come_in_must_be_able_to()
    {
        HostPolicy policy = FirewallHosts.Policy with { Zones = [.. FirewallHosts.Policy.Zones, new("vpn", ["eth0"], [Prefix.Parse("203.0.113.64/26")])] };
        Assert.Equal(["management", "vpn"], Passes(FirewallHosts.Isolated(), policy, PlannedSsh.Unchanged, null).Ways.Select(static way => way.Who));
        string script = PolicyFirewall.Script(policy with { Ssh = new SshPolicy { From = ["management"] } }, FirewallHosts.Isolated().Facts(policy: policy), PolicyParts.None);
        Assert.Contains("the zone vpn", PreflightCheck.Judge(FirewallHosts.Isolated().Facts(policy: policy), script, PlannedSsh.Unchanged, null).Problem!.What, StringComparison.Ordinal);
    }

    [Fact]
    public void On_a_shared_bridge_the_administrator_comes_by_the_uplink()
    {
        HostPolicy policy = FirewallHosts.Policy with { Zones = [new("management", ["eth0"], [Prefix.Parse("192.168.1.0/28")])] };
        Assert.Equal("br0", Passes(FirewallHosts.Shared(), policy, PlannedSsh.Unchanged, Admin).Ways[0].Device);
    }

    [Fact]
    public void Passwords_go_off_only_where_an_administrator_has_a_key()
    {
        PlannedSsh off = PlannedSsh.Unchanged with { Passwords = false, RootLogin = RootLogin.No };
        Assert.Contains("admin may become root and has a key", Passes(WithKey(), FirewallHosts.Policy, off, Admin).Credential, StringComparison.Ordinal);
        Refuses(WithKey(), FirewallHosts.Policy, off with { AllowUsers = ["bob"] }, Admin);
        Refuses(WithKey(), FirewallHosts.Policy, off with { AllowGroups = ["users"] }, Admin);
        Refuses(WithKey(), FirewallHosts.Policy, off with { Keys = false }, Admin);
        Assert.Contains("ssh-copy-id", Refuses(WithKey(key: false), FirewallHosts.Policy, off, Admin).Hint, StringComparison.Ordinal);
        Assert.Contains("by password", Passes(WithKey(key: false), FirewallHosts.Policy, PlannedSsh.Unchanged with { RootLogin = RootLogin.No }, Admin).Credential, StringComparison.Ordinal);
    }

    [Fact]
    public void Rules_that_were_not_read_prove_nothing() =>
        Assert.Contains("cannot be proved", PreflightCheck.Judge(FirewallHosts.Isolated().Lacks(SnapshotNames.NftText, "it needs root").Facts(policy: FirewallHosts.Policy), null, PlannedSsh.Unchanged, Admin).Problem!.What, StringComparison.Ordinal);

    private static TestHost WithKey(bool key = true)
    {
        TestHost host = FirewallHosts.Isolated().Text("audit/sshd-T.txt", SshTexts.Debian12).Config("/etc/ssh/sshd_config", "Include /etc/ssh/sshd_config.d/*.conf\n")
            .Config("/etc/passwd", "root:x:0:0:root:/root:/bin/bash\nadmin:x:1000:1000::/home/admin:/bin/bash\nbob:x:1001:1001::/home/bob:/bin/bash\n")
            .Config("/etc/group", "root:x:0:\nsudo:x:27:admin\nadmin:x:1000:\nbob:x:1001:\n");
        return key ? host.Config("/home/admin/.ssh/authorized_keys", AuthorizedKeys.Reduce(SshTexts.Ed25519)) : host;
    }

    private static PreflightVerdict Passes(TestHost host, HostPolicy policy, PlannedSsh ssh, SshSession? session)
    {
        Result<PreflightVerdict> verdict = Judge(host, policy, ssh, session);
        Assert.True(verdict.IsOk, verdict.Problem?.ToString());
        return verdict.Value;
    }

    private static Problem Refuses(TestHost host, HostPolicy policy, PlannedSsh ssh, SshSession? session)
    {
        Result<PreflightVerdict> verdict = Judge(host, policy, ssh, session);
        Assert.False(verdict.IsOk);
        Assert.NotEmpty(verdict.Problem.Hint!);
        return verdict.Problem;
    }

    private static Result<PreflightVerdict> Judge(TestHost host, HostPolicy policy, PlannedSsh ssh, SshSession? session)
    {
        AuditFacts facts = host.Facts(policy: policy);
        return PreflightCheck.Judge(facts, PolicyFirewall.Script(policy, facts, PolicyParts.Of(facts.Exposure.Ruleset)), ssh, session);
    }
}
