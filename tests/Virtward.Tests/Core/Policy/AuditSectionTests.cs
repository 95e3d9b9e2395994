using Virtward.Core.Policy;
using Virtward.Core.Policy.Reading;
using Xunit;

namespace Virtward.Tests.Core.Policy;

public sealed class AuditSectionTests
{
    [Fact]
    public void Profile_and_waivers_are_bound()
    {
        HostPolicy policy = PolicyReader.Read("""
            version: 1
            audit:
              profile: edge
              waive:
                SSH-05: { until: 2027-01-31, because: "only the VPN reaches it" }
                V6-02: { until: 2026-12-24, because: later }
            """, "p").Policy!;
        Assert.Equal("edge", policy.Audit.Profile);
        Assert.Equal(
            [new WaiverPolicy("SSH-05", new DateOnly(2027, 1, 31), "only the VPN reaches it"), new WaiverPolicy("V6-02", new DateOnly(2026, 12, 24), "later")],
            policy.Audit.Waivers);
    }

    [Fact]
    public void Without_the_section_the_host_is_isolated() => Assert.Equal("isolated", PolicyReader.Read("version: 1\n", "p").Policy!.Audit.Profile);

    [Fact]
    public void Every_mistake_is_told_with_its_place()
    {
        PolicyReading reading = PolicyReader.Read("""
            version: 1
            audit:
              profile: open
              wave: {}
              waive:
                ssh-5: { until: 2027-01-31, because: x }
                SSH-05: { until: soon, because: x }
                SSH-06: { until: 2027-01-31 }
                SSH-07:
                SSH-08: { until: 2027-02-30, because: "" }
            """, "p");
        Assert.Null(reading.Policy);
        Assert.Equal([(3, 12), (4, 3), (6, 5), (7, 22), (8, 5), (9, 5), (10, 22), (10, 43)], reading.Problems.Select(static problem => (problem.Line, problem.Column)));
    }
}
