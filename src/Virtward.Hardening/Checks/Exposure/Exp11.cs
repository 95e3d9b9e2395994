using System.Collections.Immutable;
using Virtward.Exposure.Matrix;
using Virtward.Exposure.Zones;
using Virtward.Hardening.Inventory;

namespace Virtward.Hardening.Checks.Exposure;

/// <summary>EXP-11.</summary>
public static class Exp11
{
    /// <summary>The check.</summary>
    public static readonly Check Check = new()
    {
        Id = "EXP-11",
        Severity = Severity.High,
        Title = "the Internet reaches guests by declared forwards only",
        Why = "A rule that lets a forwarded port pass often lets it pass to every guest: whoever sends to the guest's own address, through a neighbour or a wrong route, needs no forward "
            + "at all. What is forwarded should be what somebody wrote down.",
        Judge = Judge,
    };

    private static Outcome Judge(AuditFacts facts)
    {
        if (Reach.Unknown(facts) is string unknown)
        {
            return Outcome.Unknown(unknown);
        }

        if (!Reach.Has(facts, Zone.Guests) || !Reach.Has(facts, Zone.Internet))
        {
            return Outcome.NotApplicable("there are no guests, or no interface leads to the Internet");
        }

        Finding[] direct = [.. Ways.Direct(facts, Zone.Internet, Zone.Guests, "Drop what goes to guests and was not forwarded to them.")];
        ImmutableHashSet<string> devices = [.. facts.Zones.Find(Zone.Guests)!.Entries.SelectMany(static entry => new[] { entry.Device, entry.Interface })];
        // On an edge host a forward that somebody wrote is a declaration; on an isolated one nothing is to be forwarded.
        ExposureRow[] forwards =
        [
            .. Reach.Rows(facts).Where(row => facts.Profile == Profile.Isolated && row.Endpoint.Place == EndpointPlace.Published
                && Reach.Cell(row, Zone.Internet) is Cell cell && cell.Sets.Arrivals.Any(devices.Contains)),
        ];
        Outcome forwarded = Reach.Judge(facts, forwards, "nothing is forwarded from the Internet to a guest", null, static _ => Severity.Medium, Zone.Internet);
        string? doubt = Ways.Doubt(Ways.Between(facts, Zone.Internet, Zone.Guests), Zone.Guests);
        return Outcome.Of([.. direct, .. forwarded.Findings], "the Internet gets through to no address of the guests' networks, and nothing is forwarded there",
            doubt ?? (forwarded.Status == Status.Unknown ? forwarded.Reason : forwarded.Unseen));
    }
}
