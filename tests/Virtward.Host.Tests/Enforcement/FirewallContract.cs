using Virtward.Core.Host;
using Virtward.Core.Net;
using Xunit;

namespace Virtward.Host.Tests.Enforcement;

/// <summary>What every firewall must do, the one in memory and the kernel, by library and by command.</summary>
public abstract class FirewallContract
{
    private const string Make = """
        add table inet virtward
        add counter inet virtward guard_dropped { packets 0 bytes 0 }
        add set inet virtward ban4_32 { type ipv4_addr; flags timeout; counter; }
        add set inet virtward ban6_64 { type ipv6_addr; flags timeout; counter; }
        add chain inet virtward guard_prerouting { type filter hook prerouting priority -350; policy accept; }
        add rule inet virtward guard_prerouting ip saddr @ban4_32 counter name guard_dropped drop

        """;

    private static readonly Address One = Address.Parse("198.51.100.1");
    private static readonly Address Two = Address.Parse("198.51.100.2");
    private static readonly Address Six = Address.Parse("2001:db8:1:2::");

    protected abstract IFirewall Firewall { get; }

    private List<FirewallElement> Elements()
    {
        List<FirewallElement> elements = [];
        Assert.True(Firewall.ReadSet("virtward", "ban4_32", elements.Add).IsOk);
        return elements;
    }

    [Fact]
    public void Nothing_is_read_where_nothing_is()
    {
        Assert.Same(FirewallTable.Absent, Firewall.ReadTable("virtward").Value);
        Assert.Empty(Elements());
        Assert.Null(Firewall.ReadElement("virtward", "ban4_32", One).Value);
        Assert.Null(Firewall.ReadCounter("virtward", "guard_dropped").Value);
        Assert.Empty(Firewall.Tables().Value);
    }

    [Fact]
    public void A_script_is_all_or_nothing()
    {
        Assert.True(Firewall.Apply(Make).IsOk);
        Assert.False(Firewall.Apply("add set inet virtward other { type ipv4_addr; flags timeout; }\nflush chain inet virtward none\n").IsOk);
        FirewallTable table = Firewall.ReadTable("virtward").Value;
        Assert.Equal(["ban4_32", "ban6_64"], table.Sets.Keys.Order());
        Assert.Equal(["inet virtward"], Firewall.Tables().Value);
    }

    [Fact]
    public void The_table_is_read_as_it_is_made()
    {
        Firewall.Apply(Make);
        FirewallTable table = Firewall.ReadTable("virtward").Value;
        Assert.Equal(new FirewallSet(4, HasTimeouts: true, IsInterval: false, Counts: true), table.Sets["ban4_32"]);
        Assert.Equal(new FirewallSet(16, HasTimeouts: true, IsInterval: false, Counts: true), table.Sets["ban6_64"]);
        Assert.Equal(1, table.Chains["guard_prerouting"].Rules);
        Assert.False(table.Dormant);
        Assert.Equal(table.Chains["guard_prerouting"], Firewall.ReadTable("virtward").Value.Chains["guard_prerouting"]);

        Firewall.Apply("add rule inet virtward guard_prerouting iifname \"lo\" accept\n");
        FirewallChain changed = Firewall.ReadTable("virtward").Value.Chains["guard_prerouting"];
        Assert.Equal(2, changed.Rules);
        Assert.NotEqual(table.Chains["guard_prerouting"].Digest, changed.Digest);

        Firewall.Apply("add table inet virtward { flags dormant; }\n");
        Assert.True(Firewall.ReadTable("virtward").Value.Dormant);
        Firewall.Apply("add table inet virtward\n");
        Assert.False(Firewall.ReadTable("virtward").Value.Dormant);
    }

    [Fact]
    public void Elements_come_with_their_time_and_count()
    {
        Firewall.Apply(Make);
        Assert.True(Firewall.ApplyElements("virtward", [
            new("ban4_32", One, ElementAction.Add, TimeSpan.FromMinutes(10)),
            new("ban6_64", Six, ElementAction.Put, TimeSpan.FromHours(2), new PacketCount(7, 420)),
        ]).IsOk);
        FirewallElement four = Assert.Single(Elements());
        Assert.Equal(One, four.Key);
        Assert.InRange(four.Remaining!.Value, TimeSpan.FromMinutes(9.5), TimeSpan.FromMinutes(10));
        FirewallElement six = Firewall.ReadElement("virtward", "ban6_64", Six).Value!.Value;
        Assert.InRange(six.Remaining!.Value, TimeSpan.FromMinutes(119), TimeSpan.FromHours(2));
        Assert.Equal(new PacketCount(7, 420), six.Count);
        Assert.Null(Firewall.ReadElement("virtward", "ban4_32", Two).Value);
    }

    [Theory]
    [InlineData(600, 7200)]
    [InlineData(7200, 600)]
    public void Put_renews_whatever_was_there(int first, int second)
    {
        Firewall.Apply(Make);
        Firewall.ApplyElements("virtward", [new("ban4_32", One, ElementAction.Add, TimeSpan.FromSeconds(first))]);
        Assert.True(Firewall.ApplyElements("virtward", [
            new("ban4_32", One, ElementAction.Put, TimeSpan.FromSeconds(second), new PacketCount(3, 180)),
            new("ban4_32", Two, ElementAction.Put, TimeSpan.FromSeconds(second)),
        ]).IsOk);
        FirewallElement one = Firewall.ReadElement("virtward", "ban4_32", One).Value!.Value;
        Assert.InRange(one.Remaining!.Value.TotalSeconds, second - 30, second);
        Assert.Equal(new PacketCount(3, 180), one.Count);
        Assert.Equal(2, Elements().Count);
    }

    [Fact]
    public void Remove_takes_what_is_there_and_minds_nothing_else()
    {
        Firewall.Apply(Make);
        Firewall.ApplyElements("virtward", [new("ban4_32", One, ElementAction.Add, TimeSpan.FromMinutes(1))]);
        Assert.True(Firewall.ApplyElements("virtward", [new("ban4_32", One, ElementAction.Remove), new("ban4_32", Two, ElementAction.Remove)]).IsOk);
        Assert.Empty(Elements());
    }

    [Fact]
    public void A_batch_that_is_refused_changes_nothing()
    {
        Firewall.Apply(Make);
        Assert.False(Firewall.ApplyElements("virtward", [
            new("ban4_32", One, ElementAction.Put, TimeSpan.FromMinutes(1)),
            new("ban4_16", Two, ElementAction.Put, TimeSpan.FromMinutes(1)),
        ]).IsOk);
        Assert.Empty(Elements());
        Assert.False(Firewall.ApplyElements("elsewhere", [new("ban4_32", One, ElementAction.Remove)]).IsOk);
    }

    [Fact]
    public void A_large_mixed_batch_comes_out_exactly()
    {
        Firewall.Apply(Make);
        var random = new Random(11);
        var expected = new Dictionary<Address, double>();
        for (int round = 0; round < 3; round++)
        {
            var changes = new Dictionary<Address, ElementChange>();
            for (int i = 0; i < 5000; i++)
            {
                Address key = Address.FromV4(0xC6336400u + (uint)random.Next(6000));
                ElementAction action = random.Next(3) == 0 ? ElementAction.Remove : expected.ContainsKey(key) ? ElementAction.Put : ElementAction.Add;
                changes[key] = new ElementChange("ban4_32", key, action, TimeSpan.FromHours(1 + random.Next(100)));
            }

            Assert.True(Firewall.ApplyElements("virtward", [.. changes.Values]).IsOk);
            foreach (ElementChange change in changes.Values)
            {
                if (change.Action == ElementAction.Remove)
                {
                    expected.Remove(change.Key);
                }
                else
                {
                    expected[change.Key] = change.Timeout.TotalHours;
                }
            }
        }

        List<FirewallElement> present = Elements();
        Assert.Equal(expected.Keys.Order(), present.Select(e => e.Key).Order());
        Assert.All(present, e => Assert.InRange(e.Remaining!.Value.TotalHours, expected[e.Key] - 0.1, expected[e.Key]));
    }

    [Fact]
    public async Task Elements_end_by_themselves()
    {
        Firewall.Apply(Make);
        Firewall.ApplyElements("virtward", [new("ban4_32", One, ElementAction.Put, TimeSpan.FromMilliseconds(300))]);
        await Support.Eventually.HoldsAsync(() => Elements().Count == 0, "the element is gone");
    }

    [Fact]
    public void Named_counters_keep_their_value()
    {
        Firewall.Apply("add table inet virtward\nadd counter inet virtward guard_dropped { packets 5 bytes 300 }\n");
        Firewall.Apply("add counter inet virtward guard_dropped { packets 0 bytes 0 }\n");
        Assert.Equal(new PacketCount(5, 300), Firewall.ReadCounter("virtward", "guard_dropped").Value);
    }

    [Fact]
    public void A_chain_may_hang_on_a_device()
    {
        Assert.True(Firewall.Apply(Make + """
            add chain inet virtward guard_ingress { type filter hook ingress device "lo" priority -350; policy accept; }
            add rule inet virtward guard_ingress ip saddr @ban4_32 counter name guard_dropped drop

            """).IsOk);
        FirewallChain made = Firewall.ReadTable("virtward").Value.Chains["guard_ingress"];
        Assert.Equal(1, made.Rules);
        Assert.Equal(made, Firewall.ReadTable("virtward").Value.Chains["guard_ingress"]);

        // In one transaction, as everything of ours is: no packet passes between the old chain and the new one.
        Assert.True(Firewall.Apply("""
            flush chain inet virtward guard_ingress
            delete chain inet virtward guard_ingress
            add chain inet virtward guard_ingress { type filter hook ingress device "lo" priority -350; policy accept; }
            add rule inet virtward guard_ingress ip saddr @ban4_32 counter name guard_dropped drop
            add rule inet virtward guard_ingress tcp dport { 22 } ip saddr @ban4_32 counter name guard_dropped drop

            """).IsOk);
        FirewallTable changed = Firewall.ReadTable("virtward").Value;
        Assert.Equal(2, changed.Chains["guard_ingress"].Rules);
        Assert.Equal(1, changed.Chains["guard_prerouting"].Rules);
        Assert.True(Firewall.Apply("flush chain inet virtward guard_ingress\ndelete chain inet virtward guard_ingress\n").IsOk);
        Assert.DoesNotContain("guard_ingress", Firewall.ReadTable("virtward").Value.Chains.Keys);
    }

    [Fact]
    public async Task Scripts_are_noticed_elements_are_not()
    {
        CancellationToken cancel = TestContext.Current.CancellationToken;
        Firewall.Apply(Make);
        Assert.True(await Firewall.WaitForChangeAsync(TimeSpan.FromSeconds(20), cancel));
        while (await Firewall.WaitForChangeAsync(TimeSpan.FromMilliseconds(200), cancel))
        {
        }

        Firewall.ApplyElements("virtward", [new("ban4_32", One, ElementAction.Put, TimeSpan.FromMinutes(1))]);
        Assert.False(await Firewall.WaitForChangeAsync(TimeSpan.FromMilliseconds(300), cancel));
        Firewall.Apply("delete table inet virtward\n");
        Assert.True(await Firewall.WaitForChangeAsync(TimeSpan.FromSeconds(20), cancel));
    }

    [Fact]
    public async Task After_a_great_many_elements_at_once_scripts_are_noticed_as_before()
    {
        CancellationToken cancel = TestContext.Current.CancellationToken;
        Firewall.Apply(Make);
        List<ElementChange> many =
        [
            .. Enumerable.Range(0, 40_000).Select(
                number => new ElementChange("ban4_32", Address.FromV4(0xC6120000u + (uint)number), ElementAction.Put, TimeSpan.FromMinutes(1))),
        ];
        Assert.True(Firewall.ApplyElements("virtward", many).IsOk);
        Assert.Equal(40_000, Elements().Count);
        while (await Firewall.WaitForChangeAsync(TimeSpan.FromMilliseconds(300), cancel))
        {
        }

        Firewall.ApplyElements("virtward", [new("ban4_32", One, ElementAction.Put, TimeSpan.FromMinutes(1))]);
        Assert.False(await Firewall.WaitForChangeAsync(TimeSpan.FromMilliseconds(300), cancel));
        Firewall.Apply("delete table inet virtward\n");
        Assert.True(await Firewall.WaitForChangeAsync(TimeSpan.FromSeconds(20), cancel));
    }
}
