using Virtward.Core.Policy;
using Virtward.Core.Policy.Reading;
using Virtward.Hardening.Changes;
using Virtward.Hardening.Drift;
using Virtward.Hardening.Inventory;
using Virtward.Hardening.Makers;
using Virtward.Hardening.Tests.Support;

namespace Virtward.Hardening.Tests.Makers;

public sealed class DriftTimerChangeTests
{
    private static MadeChanges Made(TestHost host, string policy = "", string? units = null)
    {
        HostPolicy read = PolicyReader.Read($"version: 1\n{policy}", "p").Policy!;
        AuditFacts facts = (units is null ? host : host.Units(units)).Facts(policy: read);
        return DriftTimerChange.Of(facts, read);
    }

    private static TestHost WithTimer(DriftRhythm every) =>
        new TestHost().Config(DriftUnits.ServicePath, DriftUnits.Service).Config(DriftUnits.TimerPath, DriftUnits.TimerText(every));

    [Fact]
    public void It_writes_both_units_and_starts_the_timer()
    {
        Change change = Assert.Single(Made(new TestHost(), units: "ssh.service").Changes);
        Assert.Equal("drift", change.Id);
        Assert.Equal(
            [new FileStep(DriftUnits.ServicePath, DriftUnits.Service, (UnixFileMode)0b110_100_100), new FileStep(DriftUnits.TimerPath, DriftUnits.TimerText(DriftRhythm.Daily), (UnixFileMode)0b110_100_100),
                new UnitStep("virtward-drift.timer", UnitBoot.Enabled, true)],
            change.Steps);
        Assert.Equal([new UnitEffect(null, UnitEffectKind.Reload)], change.Effects);
    }

    [Theory]
    [InlineData("", DriftRhythm.Daily, "OnCalendar=daily")]
    [InlineData("drift: { every: hourly }", DriftRhythm.Hourly, "OnCalendar=hourly")]
    [InlineData("drift: { every: weekly }", DriftRhythm.Weekly, "OnCalendar=weekly")]
    public void What_is_there_already_is_left(string policy, DriftRhythm every, string line)
    {
        Assert.Contains(line, DriftUnits.TimerText(every), StringComparison.Ordinal);
        Assert.Same(MadeChanges.None, Made(WithTimer(every), policy, "virtward-drift.timer active waiting enabled"));
    }

    [Theory]
    [InlineData("virtward-drift.timer inactive dead enabled", "")]
    [InlineData("virtward-drift.timer active waiting disabled", "")]
    [InlineData("virtward-drift.timer active waiting enabled", "drift: { every: hourly }")]
    public void A_timer_that_does_not_run_or_another_rhythm_is_set_right(string units, string policy) =>
        Assert.Equal("drift", Assert.Single(Made(WithTimer(DriftRhythm.Daily), policy, units).Changes).Id);

    [Fact]
    public void Off_takes_it_away_and_is_content_without_it()
    {
        Change change = Assert.Single(Made(WithTimer(DriftRhythm.Daily), "drift: { every: off }", "virtward-drift.timer active waiting enabled").Changes);
        Assert.Equal(new UnitStep("virtward-drift.timer", UnitBoot.Disabled, false), change.Steps[0]);
        Assert.Equal([DriftUnits.TimerPath, DriftUnits.ServicePath], change.Steps.OfType<FileStep>().Where(static file => file.Content is null).Select(static file => file.Path));
        Assert.Same(MadeChanges.None, Made(new TestHost(), "drift: { every: off }", "ssh.service"));
    }

    [Fact]
    public void Without_systemd_there_is_nobody_to_start_it() => Assert.Same(MadeChanges.None, Made(new TestHost()));
}
