using System.Diagnostics;
using System.Text;
using Virtward.Core.Results;
using Virtward.Exposure.Reading;
using Virtward.Exposure.Reading.NftJson;
using Virtward.Exposure.Reading.NftText;
using Virtward.Exposure.Rulesets;
using Virtward.Host.Tests.Support;
using Virtward.Tests.Exposure.Reading;
using Xunit;

namespace Virtward.Host.Tests.Exposure;

/// <summary>
/// Statements in every form of nft(8), loaded into the kernel of a namespace by the host's own nft and listed by it as text and JSON: nothing is unknown, and both
/// give the same model. What this nft or kernel refuses is left out.
/// </summary>
public sealed class ListingsOfTheKernelTests
{
    [Fact]
    public void Every_statement_of_nft_is_read_from_text_and_json_alike()
    {
        using var host = new NetworkNamespace();
        host.Ip("link add d0 type veth peer name d1");
        host.Ip("link set d0 up");
        host.Nft(NftForms.Tables);
        int loaded = 0;
        var refused = new StringBuilder();
        foreach (string line in NftRules.All.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (Loads(host, $"add rule {line}"))
            {
                loaded++;
            }
            else
            {
                refused.Append(line).Append('\n');
            }
        }

        Assert.True(loaded > 350, $"only {loaded} statements were loaded; refused:\n{refused}");

        // An interface that is gone leaves its number behind.
        host.Nft("add rule inet t forw iif d1 drop");
        host.Ip("link del d0");
        (Ruleset text, Ruleset json) = Read(host);
        Assert.Empty(text.Notes.Where(n => !n.What.Contains("not followed", StringComparison.Ordinal)).Select(n => n.ToString()));
        Assert.Empty(json.Notes.Where(n => n.What.Contains("not understood", StringComparison.Ordinal)).Select(n => n.ToString()));
        Assert.Equal(ModelText.OfJson(text), ModelText.OfJson(json));
        Assert.Equal(loaded + 1, text.Tables.Sum(t => t.Chains.Where(c => c.Base is not null).Sum(c => c.Rules.Length)));
    }

    [Fact]
    public void Without_handles_the_same_is_read()
    {
        using var host = new NetworkNamespace();
        host.Nft(NftForms.Tables);
        Ruleset with = NftTextReader.Read(host.Exec("nft", ["-a", "list", "ruleset"])).Value;
        Ruleset without = NftTextReader.Read(host.Exec("nft", ["list", "ruleset"])).Value;
        Assert.Equal(ModelText.Of(with).Split('\n').Select(WithoutHandle), ModelText.Of(without).Split('\n').Select(WithoutHandle));
        Assert.Empty(without.Notes);
    }

    [Fact]
    public void What_iptables_makes_reads_with_only_its_untranslated_extensions_unknown()
    {
        using var host = new NetworkNamespace();
        if (!Runs(host, "iptables-nft", "--version", ""))
        {
            Assert.Skip("iptables-nft is not installed");
        }

        foreach (string rule in NftForms.IptablesRules.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            Runs(host, "iptables-nft", rule, "");
        }

        (Ruleset text, Ruleset json) = Read(host);
        Assert.All(text.Notes, n => Assert.Contains("xt ", n.What, StringComparison.Ordinal));
        Assert.All(json.Notes, n => Assert.Contains("iptables-save", n.What, StringComparison.Ordinal));
        Assert.Equal(text.Tables.Select(t => t.Chains.Length), json.Tables.Select(t => t.Chains.Length));
    }

    private static string WithoutHandle(string line) => System.Text.RegularExpressions.Regex.Replace(line, "#[0-9]+|^ +[0-9]+:| for [0-9]+s", "");

    private static (Ruleset Text, Ruleset Json) Read(NetworkNamespace host)
    {
        // What the text leaves out of tproxy comes from the JSON.
        var sources = new RulesetSources { NftText = host.Exec("nft", ["-a", "list", "ruleset"]), NftJson = host.Exec("nft", ["-j", "list", "ruleset"]) };
        Result<Ruleset> text = RulesetReader.Read(sources);
        Assert.True(text.IsOk, text.Problem?.ToString());
        Result<Ruleset> json = NftJsonReader.Read(Encoding.UTF8.GetBytes(sources.NftJson));
        Assert.True(json.IsOk, json.Problem?.ToString());
        return (text.Value, json.Value);
    }

    private static bool Loads(NetworkNamespace host, string script) => Runs(host, "nft", "-f -", script);

    private static bool Runs(NetworkNamespace host, string program, string arguments, string input)
    {
        Process process;
        try
        {
            process = host.Start(program, arguments.Split(' '));
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }

        using (process)
        {
            process.StandardInput.Write(input);
            process.StandardInput.Close();
            process.StandardOutput.ReadToEnd();
            process.StandardError.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0;
        }
    }
}
