using Virtward.Core.Results;
using Virtward.Hardening.Changes;
using Virtward.Hardening.Drift;
using Virtward.Hardening.Plan;

namespace Virtward.Hardening.Tests.Drift;

public sealed class DriftRecordTests
{
    private static readonly DateTimeOffset Monday = new(2026, 11, 23, 5, 0, 0, TimeSpan.Zero);

    private static ClosingPlan Plan(int day, params string[] ids) =>
        new(Monday.AddDays(day), "kvm1", "p", "d", [.. ids.Select(static id => new PlannedChange(new Change(id, $"set {id}", "It matters."), [], []))]);

    [Fact]
    public void The_time_it_began_stays_until_a_look_finds_nothing()
    {
        var first = DriftRecord.After(null, Plan(0, "ssh"));
        Assert.Equal((Monday, Monday, true), (first.Since!.Value, first.Looked, first.IsBad));
        var second = DriftRecord.After(first, Plan(1, "ssh", "firewall", "updates"));
        Assert.Equal((Monday, Monday.AddDays(1)), (second.Since!.Value, second.Looked));
        Assert.Equal("drift: 3 changes since 2026-11-23T05:00:00Z: ssh, firewall, updates", second.ToLine());
        var none = DriftRecord.After(second, Plan(2));
        Assert.Equal((null, false, "drift: none"), (none.Since, none.IsBad, none.ToLine()));
        Assert.Equal(Monday.AddDays(3), DriftRecord.After(none, Plan(3, "ssh")).Since);
    }

    [Fact]
    public void A_look_that_could_not_tell_keeps_what_was_known()
    {
        var failed = DriftRecord.Failed(DriftRecord.After(null, Plan(0, "ssh")), Monday.AddDays(1), "there is no policy");
        Assert.Equal((Monday, "there is no policy", true), (failed.Since!.Value, failed.Problem, failed.IsBad));
        Assert.Equal(["ssh"], failed.Changes.Select(static change => change.Id));
        Assert.Equal("drift: could not be told: there is no policy", failed.ToLine());
        var after = DriftRecord.After(failed, Plan(2, "ssh"));
        Assert.Equal((Monday, null), (after.Since!.Value, after.Problem));
        Assert.True(DriftRecord.Failed(null, Monday, "x") is { IsBad: true, Since: null, Changes.IsEmpty: true });
    }

    [Fact]
    public void Many_changes_are_counted_and_some_of_them_named() => Assert.Equal(
        "drift: 8 changes since 2026-11-23T05:00:00Z: c0, c1, c2, c3, c4, c5 and 2 more",
        DriftRecord.After(null, Plan(0, [.. Enumerable.Range(0, 8).Select(static i => $"c{i}")])).ToLine());

    [Fact]
    public void It_reads_back_as_it_was_written()
    {
        var record = DriftRecord.Failed(DriftRecord.After(null, Plan(0, "ssh", "guest.console.web\"1")), Monday.AddDays(1), "no\nplan");
        DriftRecord read = DriftText.Read(DriftText.Write(record), "f").Value;
        Assert.Equal((record.Looked, record.Since, record.Problem), (read.Looked, read.Since, read.Problem));
        Assert.Equal(record.Changes, read.Changes);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"looked":"yesterday","changes":[]}""")]
    [InlineData("""{"looked":"2026-11-23T05:00:00+00:00","changes":null}""")]
    [InlineData("""{"looked":"2026-11-23T05:00:00+00:00","changes":[{"id":null,"what":"x"}]}""")]
    public void What_is_no_record_is_refused(string text)
    {
        Result<DriftRecord> read = DriftText.Read(text, "/var/lib/virtward/drift.json");
        Assert.False(read.IsOk);
        Assert.Equal("/var/lib/virtward/drift.json", read.Problem.On);
    }
}
