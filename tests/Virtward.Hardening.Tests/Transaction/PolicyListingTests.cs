using Virtward.Hardening.Machine;

namespace Virtward.Hardening.Tests.Transaction;

public sealed class PolicyListingTests
{
    private const string Listing = """
        table inet virtward {
        	set ban4_32 {
        		type ipv4_addr
        		flags timeout
        		elements = { 198.51.100.7 timeout 1h }
        	}

        	set policy_rate_4 {
        		type ipv4_addr
        		size 65535
        		flags dynamic,timeout
        		timeout 1m
        		elements = { 192.168.1.5 limit rate over 20/minute timeout 1m,
        			     192.168.1.6 limit rate over 20/minute timeout 1m }
        	}

        	chain guard_prerouting {
        		type filter hook prerouting priority -350; policy accept;
        	}

        	chain policy_input {
        		type filter hook input priority -10; policy drop;
        		iifname "lo" accept
        		jump policy_refuse
        	}

        	chain policy_refuse {
        		drop
        	}
        }

        """;

    [Fact]
    public void The_policys_objects_are_told_apart_from_the_guards_and_what_packets_filled_in_is_left_out()
    {
        PolicyListing listing = PolicyListing.Read(Listing);
        Assert.Equal(["set policy_rate_4", "chain policy_input", "chain policy_refuse"], listing.Objects);
        Assert.True(listing.HasOthers);
        Assert.DoesNotContain("192.168.1.5", listing.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("ban4", listing.Text, StringComparison.Ordinal);
        Assert.EndsWith("\tchain policy_refuse {\n\t\tdrop\n\t}\n", listing.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_base_chain_that_stays_is_emptied_and_never_deleted()
    {
        PolicyListing now = PolicyListing.Read(Listing);
        string before = "\tchain policy_input {\n\t\ttype filter hook input priority -10; policy drop;\n\t}\n";
        Assert.Equal(
            "flush chain inet virtward policy_input\nflush chain inet virtward policy_refuse\ndelete chain inet virtward policy_refuse\ndelete set inet virtward policy_rate_4\n"
            + "table inet virtward {\n" + before + "}\n",
            now.ScriptBackTo("inet", before));
    }

    [Fact]
    public void A_base_chain_at_another_hook_is_made_anew()
    {
        string before = "\tchain policy_input {\n\t\ttype filter hook input priority 0; policy drop;\n\t}\n";
        Assert.Contains("delete chain inet virtward policy_input\n", PolicyListing.Read(Listing).ScriptBackTo("inet", before), StringComparison.Ordinal);
    }

    [Fact]
    public void The_table_goes_only_where_it_was_ours_alone()
    {
        Assert.DoesNotContain("delete table", PolicyListing.Read(Listing).ScriptBackTo("inet", null), StringComparison.Ordinal);
        Assert.EndsWith("delete table inet virtward\n", PolicyListing.Read("table inet virtward {\n\tchain policy_input {\n\t}\n}\n").ScriptBackTo("inet", null), StringComparison.Ordinal);
    }
}
