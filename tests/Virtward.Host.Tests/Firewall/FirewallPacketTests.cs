using Virtward.Core.Net;
using Virtward.Core.Policy;
using Virtward.Exposure.Matrix;
using Virtward.Exposure.Rulesets;
using Virtward.Exposure.Zones;
using Virtward.Hardening.Firewall;
using Virtward.Hardening.Inventory;
using Virtward.Hardening.Preflight;
using Virtward.Host.Tests.Support;
using Xunit;

namespace Virtward.Host.Tests.Firewall;

/// <summary>The policy's firewall on a real kernel, with real packets from every zone, held against what the engine says of the same rules.</summary>
public sealed class FirewallPacketTests : IDisposable
{
    private readonly FirewallScene _scene = new();

    public void Dispose() => _scene.Dispose();

    [Fact]
    public void The_kernel_takes_it_again_and_again_and_lists_what_the_engine_read()
    {
        _scene.Listen(_scene.Host, 22, "ssh");
        string script = _scene.Close(FirewallScene.Policy);
        string first = _scene.Host.Exec("nft", ["list", "ruleset"]);
        Assert.Equal(script, _scene.Close(FirewallScene.Policy));
        Assert.Equal(first, _scene.Host.Exec("nft", ["list", "ruleset"]));
        AuditFacts live = _scene.Facts(FirewallScene.Policy);
        Ruleset planned = PlannedRuleset.Of(Ruleset.Empty, script).Value;
        foreach (Table table in planned.Tables)
        {
            Table listed = Assert.Single(live.Exposure.Ruleset!.Tables, one => one.Family == table.Family && one.Name == table.Name);
            Assert.Equal(table.Chains.Select(static chain => $"{chain.Name} {chain.Rules.Length}").Order(), listed.Chains.Select(static chain => $"{chain.Name} {chain.Rules.Length}").Order());
        }

        string other = _scene.Close(FirewallScene.Policy with { Services = [], Firewall = new FirewallPolicy { Output = [new(Transport.Tcp, 443, 443)], Log = false }, Ipv6 = Ipv6Policy.Off });
        Assert.Contains("delete set inet virtward policy_rate_rated_3_hour_4", other, StringComparison.Ordinal);
        Assert.Contains("policy_output", _scene.Host.Exec("nft", ["list", "ruleset"]), StringComparison.Ordinal);
        _scene.Close(FirewallScene.Policy);
        Assert.Equal(first.Split('\n').Order(), _scene.Host.Exec("nft", ["list", "ruleset"]).Split('\n').Order());
        _scene.Host.Nft("table inet virtward { set ban4_32 { type ipv4_addr; flags timeout; }; }");
        _scene.Host.Nft(PolicyFirewall.Removal(_scene.Facts(FirewallScene.Policy).Exposure.Ruleset!, tables: true));
        string left = _scene.Host.Exec("nft", ["list", "ruleset"]);
        Assert.Contains("ban4_32", left, StringComparison.Ordinal);
        Assert.DoesNotContain("policy_", left, StringComparison.Ordinal);
        Assert.DoesNotContain("bridge", left, StringComparison.Ordinal);
    }
}
