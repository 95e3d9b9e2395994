using System.Diagnostics;
using Virtward.Core.Results;
using Virtward.Exposure.Reading;
using Virtward.Exposure.Reading.Iptables;
using Virtward.Exposure.Rulesets;
using Virtward.Host.Tests.Support;
using Virtward.Tests.Exposure.Reading.Iptables;
using Xunit;

namespace Virtward.Host.Tests.Exposure;

/// <summary>Rules that the real iptables of both variants loaded into a namespace and saved again are read as the corpus says.</summary>
public sealed class SavedRulesTests
{
    private const string UfwRules = "/usr/share/ufw/iptables";

    private static readonly string Corpus = Path.Combine(AppContext.BaseDirectory, "corpus", "exposure", "iptables");

    [Theory]
    [InlineData("every-match.legacy", "iptables-legacy")]
    [InlineData("every-match.legacy", "iptables-nft")]
    [InlineData("every-match.v6", "ip6tables-nft")]
    [InlineData("every-match.v6", "ip6tables-legacy")]
    [InlineData("by-hand", "iptables-nft")]
    [InlineData("libvirt", "iptables-legacy")]
    [InlineData("docker", "iptables-nft")]
    public void What_the_kernel_gives_back_is_read_as_what_was_loaded(string name, string program)
    {
        using var host = new NetworkNamespace();
        bool v6 = program.StartsWith("ip6", StringComparison.Ordinal);

        // nf_tables has no QUEUE; its program writes NFQUEUE.
        string text = string.Join('\n', File.ReadAllLines(Path.Combine(Corpus, name + ".save"))
            .Where(l => program.EndsWith("-legacy", StringComparison.Ordinal) || !l.EndsWith("-j QUEUE", StringComparison.Ordinal))) + "\n";
        Restore(host, $"{program}-restore", text);

        Result<Ruleset> read = IptablesReader.Read(Save(host, program), v6, TableOrigin.IptablesNft, null);

        Ruleset loaded = IptablesReader.Read(text, v6, TableOrigin.IptablesNft, null).Value;
        Assert.Equal(Rules(loaded), Rules(read.Value).Where(r => loaded.Tables.Any(t => r.StartsWith(t.Name + " ", StringComparison.Ordinal))));
        Assert.Equal(Notes(loaded), Notes(read.Value));
    }

    [Theory]
    [InlineData("iptables-nft", "")]
    [InlineData("iptables-legacy", "")]
    [InlineData("ip6tables-nft", "6")]
    public void Rules_of_ufw_are_read_completely(string program, string suffix)
    {
        if (!File.Exists($"{UfwRules}/before.rules"))
        {
            Assert.Skip("ufw is not installed: apt-get install ufw");
        }

        using var host = new NetworkNamespace();
        string prefix = $"ufw{suffix}";
        string[] made =
        [
            "logging-deny", "logging-allow", "skip-to-policy-input", "skip-to-policy-output", "skip-to-policy-forward", "user-limit",
            "user-limit-accept",
        ];
        string chains = string.Concat(made.Select(c => $":{prefix}-{c} - [0:0]\n"));
        Restore(host, $"{program}-restore", $"*filter\n{chains}COMMIT\n");
        foreach (string file in new[] { "user", "before", "after" })
        {
            Restore(host, $"{program}-restore", File.ReadAllText($"{UfwRules}/{file}{suffix}.rules"));
        }

        // As ufw writes "allow 22/tcp", "limit 2222/tcp" and "deny from …", and what its start hangs in.
        string limit = $"-A {prefix}-user-input -p tcp --dport 2222 -m conntrack --ctstate NEW -m recent";
        string icmp = suffix.Length > 0 ? "icmp6-port-unreachable" : "icmp-port-unreachable";
        Restore(host, $"{program}-restore", $"""
            *filter
            -A INPUT -j {prefix}-before-input
            -A INPUT -j {prefix}-after-input
            -A {prefix}-before-input -j {prefix}-user-input
            -A {prefix}-skip-to-policy-input -j DROP
            -A {prefix}-user-input -p tcp --dport 22 -j ACCEPT -m comment --comment dapp_OpenSSH
            -A {prefix}-user-input -p udp -m multiport --dports 137,138:139 -j REJECT --reject-with {icmp}
            {limit} --set
            {limit} --update --seconds 30 --hitcount 6 -j {prefix}-user-limit
            -A {prefix}-user-input -p tcp --dport 2222 -j {prefix}-user-limit-accept
            COMMIT

            """);
        Ruleset ruleset = RulesetReader.Read(Sources(program, Save(host, program))).Value;

        Table table = Assert.Single(ruleset.Tables, t => t.Name == "filter");
        Assert.Empty(ruleset.Notes);
        Assert.True(table.Chains.Sum(c => c.Rules.Length) > 30);
        Assert.All(table.Chains.Where(c => c.Base is null), c => Assert.Equal("ufw", TableOwners.Of(table, c)));
    }

    [Fact]
    public void A_rule_has_the_handle_that_nft_deletes_it_by()
    {
        using var host = new NetworkNamespace();
        foreach (string name in new[] { "libvirt", "docker", "by-hand" })
        {
            Restore(host, "iptables-nft-restore", File.ReadAllText(Path.Combine(Corpus, name + ".save")));
        }

        Ruleset ruleset = RulesetReader.Read(new()
        {
            NftText = host.Exec("nft", ["-a", "list", "ruleset"]),
            IptablesSave = Save(host, "iptables-nft"),
        }).Value;
        Assert.DoesNotContain(ruleset.Notes, n => n.What.Contains("different rules", StringComparison.Ordinal));
        var random = new Random(5);
        (Table Table, Chain Chain, Rule Rule)[] rules =
            [.. ruleset.Tables.SelectMany(t => t.Chains.SelectMany(c => c.Rules.Select(r => (t, c, r)))).OrderBy(_ => random.Next()).Take(12)];
        Assert.Equal(12, rules.Length);
        foreach ((Table table, Chain chain, Rule rule) in rules)
        {
            string[] before = [.. Lines(Save(host, "iptables-nft"), table.Name)];
            if (!before.Contains(rule.Text))
            {
                // An "or" is two rules with one handle, which is gone by now.
                continue;
            }

            host.Exec("nft", ["delete", "rule", "ip", table.Name, chain.Name, "handle", $"{rule.Handle}"]);

            string[] after = [.. Lines(Save(host, "iptables-nft"), table.Name)];
            Assert.Equal(before.Order(StringComparer.Ordinal), after.Append(rule.Text).Order(StringComparer.Ordinal));
        }
    }

    [Fact]
    public void The_tables_of_Docker_in_nftables_are_read_completely()
    {
        using var host = new NetworkNamespace();
        host.Nft(File.ReadAllText(Path.Combine(Corpus, "docker-bridges.nft")));
        Ruleset ruleset = NftListing(host);

        Table table = Assert.Single(ruleset.Tables);
        Assert.Empty(ruleset.Notes);
        Assert.Equal(10, table.Chains.Length);
        Assert.All(table.Chains, c => Assert.Equal("docker", TableOwners.Of(table, c)));
    }

    [Fact]
    public void Hooks_and_priorities_are_the_kernels()
    {
        using var host = new NetworkNamespace();
        string every = string.Concat(new[] { "raw", "mangle", "nat", "filter", "security" }
            .Select(t => $"*{t}\n{string.Concat(new[] { "PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING" }
                .Where(c => IptablesHas(t, c)).Select(c => $":{c} ACCEPT [0:0]\n-A {c} -j ACCEPT\n"))}COMMIT\n"));
        foreach (string program in new[] { "iptables", "ip6tables" })
        {
            Restore(host, $"{program}-nft-restore", every);
            bool v6 = program == "ip6tables";
            Ruleset saved = IptablesReader.Read(Save(host, $"{program}-nft"), v6, TableOrigin.IptablesNft, null).Value;
            Ruleset shown = NftListing(host);
            foreach (Table table in saved.Tables)
            {
                Table other = shown.Tables.Single(t => t.Name == table.Name && t.Family == table.Family);
                Assert.Equal(
                    other.Chains.Select(c => (c.Name, Place(c))).Order(),
                    table.Chains.Select(c => (c.Name, Place(c))).Order());
            }

            Assert.Equal(5, saved.Tables.Length);
        }
    }

    private static string Place(Chain chain) => $"{chain.Base?.Type} {chain.Base?.Hook} {chain.Base?.Priority} {chain.Base?.DropByDefault}";

    private static bool IptablesHas(string table, string chain) => table switch
    {
        "raw" => chain is "PREROUTING" or "OUTPUT",
        "nat" => chain is not "FORWARD",
        "filter" or "security" => chain is "INPUT" or "FORWARD" or "OUTPUT",
        _ => true,
    };

    private static Ruleset NftListing(NetworkNamespace host) =>
        Virtward.Exposure.Reading.NftText.NftTextReader.Read(host.Exec("nft", ["-a", "list", "ruleset"])).Value;

    private static RulesetSources Sources(string program, string saved) => program switch
    {
        "iptables-legacy" => new() { IptablesLegacySave = saved },
        "ip6tables-nft" => new() { Ip6tablesSave = saved },
        _ => new() { IptablesSave = saved },
    };

    private static IEnumerable<string> Rules(Ruleset ruleset) => ruleset.Tables
        .SelectMany(t => t.Chains.SelectMany(c => c.Rules.Select(r => $"{t.Name} {c.Name} {r.Handle} {r.Text} => {SavedModelText.Of(r)}")))
        .Order(StringComparer.Ordinal);

    private static IEnumerable<string> Notes(Ruleset ruleset) => ruleset.Notes.Select(n => n.What).Order(StringComparer.Ordinal);

    private static IEnumerable<string> Lines(string saved, string table)
    {
        int start = saved.IndexOf($"*{table}\n", StringComparison.Ordinal);
        return start < 0
            ? []
            : saved[start..saved.IndexOf("COMMIT", start, StringComparison.Ordinal)].Split('\n')
                .Where(l => l.StartsWith("-A", StringComparison.Ordinal));
    }

    private static string Save(NetworkNamespace host, string program) => host.Exec($"{program}-save", []);

    private static void Restore(NetworkNamespace host, string program, string text)
    {
        using Process process = host.Start(program, ["--noflush"]);
        process.StandardInput.Write(text);
        process.StandardInput.Close();
        string output = process.StandardOutput.ReadToEnd() + process.StandardError.ReadToEnd();
        process.WaitForExit();
        string[] missing = ["Table does not exist", "No chain/target/match", "missing kernel module", "kernel needs to be upgraded"];
        if (process.ExitCode != 0 && missing.Any(m => output.Contains(m, StringComparison.Ordinal)))
        {
            Assert.Skip($"the kernel has no module for these rules: {output.Trim()}");
        }

        Assert.True(process.ExitCode == 0, $"{program}: {output}");
    }
}
