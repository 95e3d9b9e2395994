using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;
using Virtward.Exposure.Answers;
using Virtward.Exposure.Packets;
using Virtward.Exposure.Topology;
using Virtward.Host.Tests.Exposure.Truth.Frames;
using Virtward.Host.Tests.Exposure.Truth.Generator;
using Virtward.Host.Tests.Exposure.Truth.Scene;

namespace Virtward.Host.Tests.Exposure.Truth.Judge;

/// <summary>Kernel and engine before the same random rulesets and packets, on one host.</summary>
internal sealed partial class Trial : IDisposable
{
    /// <summary>As many as a life of a few seconds has room for.</summary>
    private const int MostRedirects = 16;

    private readonly TruthScene _scene;
    private readonly Prober _prober;
    private readonly HostNetwork _network;

    public Trial(Layout layout)
    {
        _scene = new TruthScene(layout);
        _prober = new Prober(_scene);
        _network = SceneFacts.Read(_scene.Host);
        Proxies.OpenOn(_scene);
    }

    private HostNetwork Network => _network with { Sockets = _scene.Quiet.Sockets };

    /// <summary>
    /// Waits until the host has told the groups that it is in, twice (RFC 3810 section 6.1), so that nothing but the probes meets limits and sets.
    /// </summary>
    public static void AwaitSilence() => Thread.Sleep(TimeSpan.FromSeconds(4));

    /// <summary>One ruleset with its packets.</summary>
    /// <param name="seed">What both are made from.</param>
    /// <param name="packets">How many probes.</param>
    /// <param name="stateful">With limits, counters and sets that packets fill.</param>
    /// <param name="tally">Takes the counts and the disagreements.</param>
    public void Hear(int seed, int packets, bool stateful, Tally tally)
    {
        var dice = new Dice(seed);
        var palette = new Palette(dice);
        var refused = new List<string>();
        Draft? draft = Loading.Load(_scene, new RulesetMaker(dice, palette, stateful).Make(), refused);
        tally.RefusedLines += refused.Count;
        if (draft is null || _scene.TryListing() is not { } rules)
        {
            return;
        }

        var maker = new Probes(dice, palette, _scene.Layout) { Stateful = stateful };
        Packet[] probes = [.. Enumerable.Range(0, packets).Select(_ => maker.One())];
        _scene.Quiet.OpenUdp(palette.Ports.Append(80));
        _prober.Slow = rules.Contains("ct count", StringComparison.Ordinal);
        ImmutableArray<Observation> seen = _prober.Run(probes);
        TracedEngine engine = TracedEngine.Of(rules, Network);
        tally.Rulesets++;
        tally.Rules += draft.Rules;
        tally.Packets += packets;
        ImmutableArray<Observation>? again = null;
        for (int i = 0; i < packets; i++)
        {
            tally.Count(seen[i].Verdict == Outcome.Accept ? $"to {(seen[i].To == "host" ? "the host" : "others")}" : seen[i].Verdict.ToString());
            Trace said = engine.Trace(probes[i]);
            if (Comparison.Difference(_scene.Layout, probes[i], seen[i], said) is not { } what)
            {
                continue;
            }

            if (what == Comparison.NotTold && IsMute(draft, probes[..i], probes[i], said))
            {
                tally.Mute++;
                continue;
            }

            // Nobody can tell from what nft lists.
            if (what == "unproven" && said.DependsOn.Any(static one => one.StartsWith("whether nft has loaded as one condition: ", StringComparison.Ordinal)))
            {
                tally.Untold++;
                continue;
            }

            tally.Unproven += what == "unproven" ? 1 : 0;

            // What the kernel draws by itself (a source port where two flows would clash) it draws anew in another life.
            again ??= Again(draft, probes);
            if (again.Value[i].ToString() != seen[i].ToString())
            {
                tally.Drawn++;
            }
            else if (IsMisprinted(rules, probes, i, said))
            {
                tally.Misprinted++;
            }
            else if (IsLate(rules, probes[..(i + 1)], seen[i]))
            {
                tally.Late++;
            }
            else
            {
                tally.Disagreements.Add(new Disagreement(seed, what, _scene.Layout, rules, probes[i], seen[i], said) { Draft = draft, Earlier = probes[..i] });
            }
        }
    }

    /// <summary>The same disagreement with as few rules, and as few packets before it, as may be.</summary>
    public Disagreement Shrink(Disagreement found, int tries)
    {
        if (found.Draft is not { } draft)
        {
            return found;
        }

        Disagreement smallest = found;
        bool Holds(Draft less, IReadOnlyList<Packet> earlier)
        {
            if (_scene.Load(less.ToString()) is not null || _scene.TryListing() is not { } rules || _scene.Load(rules) is not null)
            {
                return false;
            }

            Packet[] probes = [.. earlier, found.Packet];
            Observation seen = _prober.Run(probes)[^1];
            TracedEngine engine = TracedEngine.Of(rules, Network);
            Trace said = Array.ConvertAll(probes, engine.Trace)[^1];
            if (Comparison.Difference(_scene.Layout, found.Packet, seen, said) != found.What)
            {
                return false;
            }

            smallest = found with { Rules = rules, Seen = seen, Said = said, Draft = less, Earlier = earlier };
            return true;
        }

        if (!Holds(draft, []) && Holds(draft, found.Earlier))
        {
            IReadOnlyList<Packet> earlier = found.Earlier;
            for (int size = Math.Max(1, earlier.Count / 2), left = tries; left > 0;)
            {
                int before = earlier.Count;
                for (int from = 0; from < earlier.Count && left > 0; left--)
                {
                    Packet[] less = [.. earlier.Take(from), .. earlier.Skip(from + size)];
                    bool gone = Holds(draft, less);
                    earlier = gone ? less : earlier;
                    from += gone ? 0 : size;
                }

                if (size == 1 && before == earlier.Count)
                {
                    break;
                }

                size = Math.Max(1, size / 2);
            }
        }

        _ = Shrinker.Shrink(draft, less => Holds(less, smallest.Earlier), tries);
        return smallest;
    }

    public void Dispose() => _scene.Dispose();

    /// <summary>
    /// Whether the kernel did refuse with an answer that then got lost: the rule that the engine names has counted the packet, or the kernel's own answer has to
    /// pass chains of its own.
    /// </summary>
    private bool IsMute(Draft draft, Packet[] earlier, Packet probe, Trace said)
    {
        if (said.Why.IsEmpty)
        {
            return false;
        }

        Decision decided = said.Why[^1];
        if (decided.Table.Length == 0)
        {
            string text = draft.ToString();
            return !Probes.IsSane(probe.Source) || _scene.Layout.IsOwn(probe.Source) || IsError(probe) || _scene.Layout.Commands.Length > 0
                || text.Contains("hook output", StringComparison.Ordinal) || text.Contains("hook postrouting", StringComparison.Ordinal)
                || text.Contains("hook egress", StringComparison.Ordinal);
        }

        // Limits and counts let the rule be met only after the packets that came before.
        Assert(_scene.Load(draft.ToString()));
        _prober.Run(earlier);
        long before = Refused(decided);
        _prober.Run([probe]);
        return Refused(decided) > before;
    }

    /// <summary>How many packets the refusing rule has counted; 0 where it refuses none, or cannot be found.</summary>
    private long Refused(Decision decided)
    {
        string listing = _scene.Listing();
        int table = listing.IndexOf($"table {decided.Family.ToString().ToLowerInvariant()} {decided.Table} {{", StringComparison.Ordinal);
        int chain = table < 0 ? -1 : listing.IndexOf($"chain {decided.Chain} {{", table, StringComparison.Ordinal);
        int handle = chain < 0 ? -1 : listing.IndexOf($"# handle {decided.Handle}\n", chain + 1, StringComparison.Ordinal);
        int line = handle < 0 ? -1 : listing.LastIndexOf('\n', handle);
        Match counted = line >= 0 && listing[line..handle] is var rule && rule.Contains("reject", StringComparison.Ordinal) ? Counted().Match(rule) : Match.Empty;
        return counted.Success ? long.Parse(counted.Groups[1].Value, CultureInfo.InvariantCulture) : 0;
    }

    // The last of a rule's counters stands before its verdict.
    [GeneratedRegex(@".*counter packets (\d+) ", RegexOptions.CultureInvariant)]
    private static partial Regex Counted();

    /// <summary>Nobody is told about an error (RFC 1122 section 3.2.2).</summary>
    private static bool IsError(Packet packet) =>
        packet.Protocol is PacketBytes.Icmp or PacketBytes.Icmp6 && PacketBytes.IsError(packet.Protocol, PacketBytes.IcmpType(packet));

    /// <summary>Whether nft does not list what was loaded: where the kernel is given what nft listed, it does what the engine says.</summary>
    private bool IsMisprinted(string listing, Packet[] probes, int number, Trace said) =>
        _scene.Load(listing) is null
        && Comparison.Difference(_scene.Layout, probes[number], _prober.Run(probes)[number], said) is null or Comparison.NotTold;

    /// <summary>
    /// Whether it hangs on the time: IPv6 tells a neighbour of a shorter way the more often the longer a life takes, and the less the more it told in the life before
    /// (inet_peer_xrlim_allow).
    /// </summary>
    private bool IsLate(string listing, Packet[] probes, Observation seen) => Enumerable.Range(0, MostRedirects).Any(
        redirects => Comparison.Difference(_scene.Layout, probes[^1], seen, Array.ConvertAll(probes, TracedEngine.Of(listing, Network, redirects).Trace)[^1]) is null);

    private ImmutableArray<Observation> Again(Draft draft, Packet[] probes)
    {
        Assert(_scene.Load(draft.ToString()));
        return _prober.Run(probes);
    }

    private static void Assert(string? refused)
    {
        if (refused is not null)
        {
            throw new InvalidOperationException($"nft took it once, and no more: {refused}");
        }
    }
}
