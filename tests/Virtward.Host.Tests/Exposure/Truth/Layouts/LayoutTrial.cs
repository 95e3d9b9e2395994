using System.Collections.Immutable;
using Virtward.Exposure.Answers;
using Virtward.Exposure.Evaluation;
using Virtward.Exposure.Packets;
using Virtward.Exposure.Reading;
using Virtward.Exposure.Rulesets;
using Virtward.Host.Tests.Exposure.Truth.Frames;
using Virtward.Host.Tests.Exposure.Truth.Generator;
using Virtward.Host.Tests.Exposure.Truth.Judge;
using Virtward.Host.Tests.Exposure.Truth.Scene;

namespace Virtward.Host.Tests.Exposure.Truth.Layouts;

/// <summary>Kernel and engine before the rules that other programs have laid on the scene's host.</summary>
internal static class LayoutTrial
{
    /// <summary>Sends packets from everywhere; what differs, in words, and what was counted.</summary>
    /// <param name="scene">The scene, with the rules in force.</param>
    /// <param name="packets">How many.</param>
    /// <param name="ports">The ports that the rules speak of.</param>
    public static (IReadOnlyList<string> Wrong, string Counts) Run(TruthScene scene, int packets, IReadOnlyList<int> ports)
    {
        var sources = new RulesetSources
        {
            NftText = scene.Listing(),
            IptablesSave = Save(scene, "iptables-save"),
            Ip6tablesSave = Save(scene, "ip6tables-save"),
            IptablesLegacySave = Save(scene, "iptables-legacy-save"),
            Ip6tablesLegacySave = Save(scene, "ip6tables-legacy-save"),
        };
        Ruleset rules = RulesetReader.Read(sources).Value;
        var tracer = new Tracer(rules, SceneFacts.Read(scene.Host));
        var dice = new Dice(ports.Count);
        var maker = new Probes(dice, new Palette(dice, ports), scene.Layout);
        Packet[] probes = [.. Enumerable.Range(0, packets).Select(_ => maker.One())];
        scene.Quiet.OpenUdp(ports);
        scene.Flows.Forget();
        ImmutableArray<Observation> seen = new Prober(scene).Run(probes);
        var wrong = new List<string>();
        int unproven = 0;
        int mute = 0;
        for (int i = 0; i < packets; i++)
        {
            Trace said = tracer.Trace(probes[i]);
            string? what = Comparison.Difference(scene.Layout, probes[i], seen[i], said);
            if (what == Comparison.NotTold && (IsMute(probes[i]) || scene.Layout.IsOwn(probes[i].Source)))
            {
                mute++;
            }
            else if (what is not null)
            {
                unproven += what == "unproven" ? 1 : 0;
                wrong.Add(Tell(what, probes[i], seen[i], said));
            }
        }

        int count = rules.Tables.Sum(static table => table.Chains.Sum(static chain => chain.Rules.Length));
        return (wrong, $"{packets} packets, {count} rules, {wrong.Count} disagreements, {unproven} of them unproven, {mute} mute");
    }

    /// <summary>
    /// Nobody is told about an error, nor about a packet to many, nor at an address that is nobody's, nor about ICMP for IPv4 in IPv6, whose sum no rule takes
    /// for right (nf_reject_verify_csum).
    /// </summary>
    private static bool IsMute(Packet packet) => !Probes.IsSane(packet.Source) || !Probes.IsSane(packet.Destination)
        || (packet.Protocol == PacketBytes.Icmp && !packet.Source.IsV4)
        || (packet.Protocol is PacketBytes.Icmp or PacketBytes.Icmp6 && PacketBytes.IsError(packet.Protocol, PacketBytes.IcmpType(packet)));

    private static string Tell(string what, Packet packet, Observation seen, Trace said)
    {
        IEnumerable<string> before = packet.Before.Select(static one => $"  before {Disagreement.Words(one)}");
        IEnumerable<string> why = said.Why.Select(static one => $"  why    {one.Place} {one.Table} {one.Chain} #{one.Handle}: {one.Rule} -> {one.Verdict}");
        return string.Join('\n', (string[])
        [
            what, .. before, $"  packet {Disagreement.Words(packet)}", $"  kernel {seen}",
            $"  engine {said.Verdict} to {said.To} as {said.Source}:{said.SourcePort} > {said.Destination}:{said.DestinationPort}", .. why,
            .. said.DependsOn.Select(static one => $"  hangs on {one}"),
        ]);
    }

    private static string? Save(TruthScene scene, string program) =>
        File.Exists($"/usr/sbin/{program}") ? scene.Host.Exec(program, []) : null;
}
