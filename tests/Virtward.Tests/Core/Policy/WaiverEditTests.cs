using Virtward.Core.Policy;
using Virtward.Core.Policy.Reading;
using Virtward.Core.Results;
using Xunit;

namespace Virtward.Tests.Core.Policy;

public sealed class WaiverEditTests
{
    private static readonly WaiverPolicy Waiver = new("SSH-05", new DateOnly(2027, 1, 31), "behind the VPN: \"fine\"");

    private const string Written = "SSH-05: { until: 2027-01-31, because: \"behind the VPN: \\\"fine\\\"\" }";

    [Theory]
    [InlineData("version: 1\n", $"version: 1\n\naudit:\n  waive:\n    {Written}\n")]
    [InlineData("version: 1\n# mine\naudit:\n  profile: edge   # why\n", $"version: 1\n# mine\naudit:\n  waive:\n    {Written}\n  profile: edge   # why\n")]
    [InlineData("version: 1\naudit:\nzones:\n", $"version: 1\naudit:\n  waive:\n    {Written}\nzones:\n")]
    [InlineData("version: 1\naudit:\n  waive:\n  profile: lab\n", $"version: 1\naudit:\n  waive:\n    {Written}\n  profile: lab\n")]
    [InlineData("version: 1\naudit:\n    waive:\n        # old ones\n        EXP-01: { until: 2026-12-01, because: x }\n", $"version: 1\naudit:\n    waive:\n        # old ones\n        {Written}\n        EXP-01: {{ until: 2026-12-01, because: x }}\n")]
    [InlineData("version: 1\naudit:\n  waive:\n    SSH-05:\n      until: 2026-12-01\n      because: x\n    EXP-01: { until: 2026-12-01, because: x }\n", $"version: 1\naudit:\n  waive:\n    {Written}\n    EXP-01: {{ until: 2026-12-01, because: x }}\n")]
    public void A_waiver_is_put_in_and_the_rest_stays_to_the_letter(string before, string after)
    {
        string text = WaiverEdit.Put(before, "policy.yaml", Waiver).Value;
        Assert.Equal(after, text);
        PolicyReading reading = PolicyReader.Read(text, "policy.yaml");
        Assert.Contains(Waiver, reading.Policy!.Audit.Waivers);
    }

    [Theory]
    [InlineData("{ version: 1 }\n")]
    [InlineData("version: 1\naudit: { profile: lab }\n")]
    [InlineData("version: 1\naudit:\n  waive: { EXP-01: { until: 2026-12-01, because: x } }\n")]
    public void What_stands_between_braces_is_left_to_the_administrator(string text)
    {
        Problem problem = WaiverEdit.Put(text, "policy.yaml", Waiver).Problem!;
        Assert.Contains("between braces", problem.What, StringComparison.Ordinal);
        Assert.True(problem.Line > 0);
    }

    [Fact]
    public void A_text_with_mistakes_is_not_changed() =>
        Assert.Contains("mistakes", WaiverEdit.Put("version: [", "policy.yaml", Waiver).Problem!.What, StringComparison.Ordinal);

    [Fact]
    public void The_built_in_policy_takes_one()
    {
        string text = WaiverEdit.Put(DefaultPolicy.Text, "policy.yaml", Waiver).Value;
        PolicyReading reading = PolicyReader.Read(text, "policy.yaml");
        Assert.Equal(Waiver, Assert.Single(reading.Policy!.Audit.Waivers));
        Assert.StartsWith(DefaultPolicy.Text.TrimEnd(), text, StringComparison.Ordinal);
    }
}
