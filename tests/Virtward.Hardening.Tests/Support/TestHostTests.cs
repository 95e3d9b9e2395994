using Virtward.Exposure.Matrix;
using Virtward.Hardening.Inventory;

namespace Virtward.Hardening.Tests.Support;

public sealed class TestHostTests
{
    [Fact]
    public void The_host_of_the_tests_is_read_without_a_problem_and_has_the_zones_that_its_description_says()
    {
        AuditFacts facts = new TestHost().Listeners(TestHost.Socket("tcp", "0.0.0.0", 22, "ssh", "sshd")).Facts();
        Assert.Empty(facts.Host.Problems);
        Assert.Equal("eth0", Assert.Single(facts.Zones.Find("internet")!.Entries).Device);
        Assert.Equal("eth1", Assert.Single(facts.Zones.Find("management")!.Entries).Device);
        Assert.NotNull(facts.Zones.Find("guests"));
        ExposureRow row = Assert.Single(facts.Exposure.Report!.Rows);
        Assert.Equal(Concern.Wrong, row.Cells[0].Concern);
    }
}
