using Virtward.Core.Host;
using Virtward.Hardening.Changes;
using Virtward.Hardening.Machine;
using Virtward.Hardening.Plan;

namespace Virtward.Hardening.Tests.Plan;

public sealed class StepDiffTests
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    [Fact]
    public void Rules_in_force_differ_by_what_they_mean_not_by_how_nft_prints_them()
    {
        var before = new FirewallBefore(
            "\tchain policy_input {\n\t\ttype filter hook input priority filter - 10; policy drop;\n\t\tiifname \"lo\" counter accept\n\t\tiifname \"mgmt0\" tcp dport 22 counter accept\n\t}\n", null, "");
        const string script = """
            add table inet virtward
            add chain inet virtward policy_input { type filter hook input priority -10; policy drop; }
            flush chain inet virtward policy_input
            table inet virtward {
                chain policy_input {
                    type filter hook input priority -10; policy drop;
                    iifname "lo" counter accept
                    iifname "mgmt0" tcp dport { 22, 443 } counter accept
                }
            }

            """;
        Assert.Equal(
            ["- policy_input: iifname \"mgmt0\" tcp dport 22 counter accept", "+ policy_input: iifname \"mgmt0\" tcp dport { 22, 443 } counter accept"],
            StepDiff.Of(new FirewallStep(script), before));
    }

    [Theory]
    [InlineData("vnc_password = \"letmein\"")]
    [InlineData("passwd='letmein'")]
    [InlineData("PresharedKey = letmein")]
    [InlineData("\"token\": \"letmein\"")]
    public void A_secret_beside_what_changes_is_not_shown(string line)
    {
        var before = new FileBefore(new FileImage(Blob.FromText($"{line}\nvnc_listen = \"0.0.0.0\"\n"), Private, 0, 0), null);
        string shown = string.Join('\n', StepDiff.Of(new FileStep("/etc/libvirt/qemu.conf", $"{line}\nvnc_listen = \"127.0.0.1\"\n", Private), before));
        Assert.Contains("+vnc_listen = \"127.0.0.1\"", shown, StringComparison.Ordinal);
        Assert.Contains("(not shown)", shown, StringComparison.Ordinal);
        Assert.DoesNotContain("letmein", shown, StringComparison.Ordinal);
    }

    [Fact]
    public void Lines_are_told_with_what_stands_around_them()
    {
        string text = string.Concat(Enumerable.Range(1, 20).Select(static line => $"line {line}\n"));
        Assert.Equal(
            ["@@ -7,7 +7,7 @@", " line 7", " line 8", " line 9", "-line 10", "+line ten", " line 11", " line 12", " line 13"],
            LineDiff.Of(text, text.Replace("line 10\n", "line ten\n", StringComparison.Ordinal)));
        Assert.Empty(LineDiff.Of(text, text));
    }
}
