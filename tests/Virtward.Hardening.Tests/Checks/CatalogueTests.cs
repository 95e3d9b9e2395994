using Virtward.Hardening.Checks;
using Virtward.Hardening.Inventory;
using Virtward.Hardening.Tests.Support;

namespace Virtward.Hardening.Tests.Checks;

public sealed class CatalogueTests
{
    [Fact]
    public void Every_id_is_there_once_and_in_order()
    {
        string[] ids = [.. Catalogue.All.Select(static check => check.Id)];
        Assert.Equal(ids.Distinct(), ids);
        foreach (IGrouping<string, Check> area in Catalogue.All.GroupBy(static check => check.Area))
        {
            Assert.Equal(area.OrderBy(static check => check.Id, StringComparer.Ordinal), area);
            Assert.Contains(Areas.All, known => known.Prefix == area.Key);
        }
    }

    [Fact]
    public void Every_check_says_what_must_hold_and_why()
    {
        Assert.All(Catalogue.All, static check =>
        {
            Assert.Matches("^[a-z0-9A-Z]", check.Title);
            Assert.False(check.Title.EndsWith('.'), $"{check.Id}: a title is a clause");
            Assert.True(check.Why.EndsWith('.'), $"{check.Id}: why is whole sentences");
        });
    }

    [Fact]
    public void A_host_of_which_nothing_was_read_passes_nothing()
    {
        var nothing = new AuditFacts(
            Virtward.Exposure.Facts.HostFacts.Read(new Virtward.Core.Snapshots.Snapshot()), Virtward.Core.Policy.DefaultPolicy.Read(), Profile.Isolated, TestHost.Now);
        Assert.All(Catalogue.All, check =>
        {
            Outcome outcome = check.Judge(nothing);
            Assert.True(outcome.Status is Status.Unknown, $"{check.Id} is {outcome.Status} where nothing is known: {outcome.Reason}");
        });
    }
}
