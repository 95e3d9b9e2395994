using System.Collections.Immutable;
using Virtward.Core.Net;
using Virtward.Core.Policy;
using Virtward.Exposure.Evaluation;
using Virtward.Exposure.Facts;
using Virtward.Exposure.Facts.Guests;
using Virtward.Exposure.Matrix;
using Virtward.Exposure.Paths;
using Virtward.Exposure.Rulesets;
using Virtward.Exposure.Zones;

namespace Virtward.Exposure.Questions;

/// <summary>
/// What checks, plans and reports ask of a host's exposure, each a function of values: same host, rules and zones, same answer. docs/exposure-questions.md says which
/// check asks what. Not for two threads at once.
/// </summary>
public sealed class ExposureQuestions
{
    private readonly HostFacts _facts;
    private readonly ZoneMap _zones;
    private readonly ImmutableArray<Destination> _destinations;

    /// <summary>Prepares for a host.</summary>
    /// <param name="facts">The host.</param>
    /// <param name="ruleset">Its rules.</param>
    /// <param name="zones">Its zones.</param>
    /// <param name="services">What the policy says may be reached; null or empty: it says nothing.</param>
    /// <param name="engine">The host's engine, with these rules; null: one of its own.</param>
    public ExposureQuestions(HostFacts facts, Ruleset ruleset, ZoneMap zones, ImmutableArray<ServicePolicy>? services = null, ExposureEngine? engine = null)
    {
        _facts = facts;
        _zones = zones;
        Matrix = new MatrixMaker(facts, ruleset, zones, services, engine);
        _destinations = Destinations.Of(zones.Zones, facts.Network);
    }

    /// <summary>Who of a zone reaches one listener, forwarded port or guest: <see cref="MatrixMaker"/>; and the whole matrix.</summary>
    public MatrixMaker Matrix { get; }

    /// <summary>What one zone gets through to of another.</summary>
    /// <param name="from">A zone's name, or <see cref="Zone.Host"/> for the host's own packets.</param>
    /// <param name="to">A zone's name, or <see cref="Zone.Host"/> for the host itself.</param>
    /// <returns>The answer; null: there is no such zone here.</returns>
    public PathAnswer? Between(string from, string to) =>
        Entries(from) is { } entries && _destinations.FirstOrDefault(one => one.Name == to) is { } destination
            ? Matrix.Paths.Ask(new PathQuestion(entries, destination)) : null;

    /// <summary>What one zone gets through to of some networks, wherever the host's routes lead to them but to itself.</summary>
    /// <param name="from">A zone's name, or <see cref="Zone.Host"/>.</param>
    /// <param name="networks">The networks: another LAN behind the host.</param>
    /// <returns>The answer; null: there is no such zone here.</returns>
    public PathAnswer? ToNetworks(string from, PrefixSet networks) => Entries(from) is { } entries
        ? Matrix.Paths.Ask(new PathQuestion(entries, new Destination("", networks, [.. _facts.Network.Interfaces.Select(static one => one.Name)]))) : null;

    /// <summary>What one guest gets through to of a zone.</summary>
    /// <param name="guest">A running guest.</param>
    /// <param name="to">A zone's name, or <see cref="Zone.Host"/>.</param>
    /// <returns>The answer; null: there is no such zone here, or the guest has no device.</returns>
    public PathAnswer? FromGuest(Guest guest, string to) =>
        Entries(guest) is { IsEmpty: false } entries && _destinations.FirstOrDefault(one => one.Name == to) is { } destination
            ? Matrix.Paths.Ask(new PathQuestion(entries, destination)) : null;

    /// <summary>What one guest gets through to of another, by the host's routing or by their bridge alone (<see cref="PathAnswer.Bridged"/>).</summary>
    /// <returns>The answer; null: the first has no device, or of the second no address or device is known.</returns>
    public PathAnswer? BetweenGuests(Guest from, Guest to)
    {
        ImmutableArray<ZoneEntry> target = Entries(to);
        PrefixSet addresses = PrefixSet.Of(to.Addresses.Select(static one => new Prefix(one.Address))).Intersect(Destinations.Unicast);
        return Entries(from) is { IsEmpty: false } entries && !target.IsEmpty && !addresses.IsEmpty
            ? Matrix.Paths.Ask(new PathQuestion(entries, new Destination(
                to.Name, addresses, [.. target.SelectMany(static one => new[] { one.Device, one.Interface }).Distinct()])
            {
                Interfaces = [.. target.Select(static one => one.Interface).Distinct()],
            }))
            : null;
    }

    /// <summary>Whether somebody in one zone can send to the host, or to another zone, with the addresses of a third: who is believed to be whom.</summary>
    /// <param name="of">The zone whose sources are forged; it must name some.</param>
    /// <param name="by">The zone in which the forger stands.</param>
    /// <param name="to">A zone's name, or <see cref="Zone.Host"/>.</param>
    /// <returns>The answer; null: there is no such zone here, or the first names no sources.</returns>
    public PathAnswer? Forged(string of, string by, string to)
    {
        ImmutableArray<ZoneEntry> honest = _zones.Find(of)?.Entries ?? [];
        PrefixSet sources = honest.Where(static entry => entry.Sources is not null)
            .Aggregate(PrefixSet.Empty, static (all, entry) => all.Union(entry.Sources!)).Intersect(Destinations.Routable);

        // Where the zone itself comes in, and the other one is only who else may be there, its addresses are no forgery; a way to the Internet is different: anybody is there.
        bool Forges(ZoneEntry entry) => !(entry is { Guessed: true, Sources: not null } && honest.Any(other => other.Device == entry.Device)
            && !EntryPoints.DefaultRoutes(_facts.Network).Any(route => EntryPoints.LeadsTo(route, entry.Interface)));
        ImmutableArray<ZoneEntry> entries = [.. (Entries(by) ?? []).Where(Forges)];
        return !sources.IsEmpty && !entries.IsEmpty && _destinations.FirstOrDefault(one => one.Name == to) is { } destination
            ? Matrix.Paths.Ask(new PathQuestion(entries, destination) { Sources = sources }) : null;
    }

    /// <summary>Whether strangers get in over IPv6 who do not over IPv4: the usual mark of rules that were written for one family.</summary>
    /// <param name="cell">Who of a zone reaches an endpoint that has addresses of both families.</param>
    public static bool IsWiderOverIPv6(Cell cell)
    {
        PrefixSet open = cell.Sets.Accepted.Union(cell.Sets.Limited).Union(cell.Sets.Unproven);
        return Share(open, cell.Asked, Prefix.Parse("::/0")) > Share(open, cell.Asked, Prefix.Parse("0.0.0.0/0"));
    }

    // In thirds: none, some, nearly all. Which addresses there are of each family cannot be compared otherwise.
    private static int Share(PrefixSet open, PrefixSet asked, Prefix family)
    {
        PrefixSet all = asked.Intersect(PrefixSet.Of(family)).Intersect(Destinations.Unicast);
        double part = all.IsEmpty ? 0 : open.Intersect(all).AddressCount / all.AddressCount;
        return part == 0 ? 0 : part < 0.5 ? 1 : 2;
    }

    private ImmutableArray<ZoneEntry>? Entries(string zone) => zone == Zone.Host ? [] : _zones.Find(zone) is { Entries.IsEmpty: false } found ? found.Entries : null;

    private ImmutableArray<ZoneEntry> Entries(Guest guest) =>
    [
        .. _zones.Zones.SelectMany(static zone => zone.Entries).Where(entry => guest.Interfaces.Any(own => own.Target == entry.Device)).DistinctBy(static entry => entry.Device),
    ];
}
