using System.Collections.Immutable;
using System.CommandLine;
using Virtward.Core.Policy;
using Virtward.Core.Results;
using Virtward.Core.Snapshots;
using Virtward.Exposure.Facts;
using Virtward.Exposure.Matrix;
using Virtward.Exposure.Reading;
using Virtward.Exposure.Rulesets;
using Virtward.Exposure.Zones;
using Virtward.Linux;

namespace Virtward.Commands;

/// <summary>What the exposure commands work on: a host's facts, its rules and its zones.</summary>
/// <param name="Facts">The facts.</param>
/// <param name="Ruleset">All rules.</param>
/// <param name="Zones">The zones, the policy's or guessed.</param>
public sealed record ExposureScene(HostFacts Facts, Ruleset Ruleset, ZoneMap Zones)
{
    /// <summary>What the policy says may be reached.</summary>
    public ImmutableArray<ServicePolicy> Services { get; init; } = [];

    /// <summary>The matrix of all of that.</summary>
    public MatrixMaker Matrix() => new(Facts, Ruleset, Zones, Services);

    /// <summary><c>--zone NAME</c>; null where it is not given.</summary>
    public static Option<string?> ZoneOption(string name, string description) => new(name) { Description = description, HelpName = "ZONE" };

    /// <summary>
    /// Reads a scene; what is wrong is told on stderr. Zones come from the policy named, else from this host's own where this host is looked at; a
    /// snapshot of another host has no policy unless one is named.
    /// </summary>
    /// <param name="host">The streams.</param>
    /// <param name="snapshot">The snapshot's path; null: this host.</param>
    /// <param name="policy">The policy's path; null: not given.</param>
    /// <param name="cancel">Gives up.</param>
    /// <returns>The scene; null after its problems were told.</returns>
    public static async Task<ExposureScene?> ReadAsync(CommandHost host, string? snapshot, string? policy, CancellationToken cancel)
    {
        if (!(await FactsSource.ReadAsync(host, snapshot, cancel)).TryGet(out HostFacts? facts, out Problem? problem)
            || !Rules(facts).TryGet(out Ruleset? ruleset, out problem))
        {
            host.Fail(problem);
            return null;
        }

        HostPolicy? zones = snapshot is not null && policy is null ? DefaultPolicy.Read() : PolicyFile.Load(host, new HostTextFiles(), policy);
        return zones is null ? null : new ExposureScene(facts, ruleset, facts.Zones(zones.Zones)) { Services = zones.Declared };
    }

    /// <summary>Whether the zone exists; where not, it is told, with the names of those that do.</summary>
    public bool Knows(CommandHost host, string? zone)
    {
        if (zone is null || Zones.Find(zone) is not null)
        {
            return true;
        }

        host.Fail(new Problem("there is no such zone on this host", zone, $"it has {string.Join(", ", Zones.Zones.Select(static one => one.Name))}"));
        return false;
    }

    private static Result<Ruleset> Rules(HostFacts facts)
    {
        // A host without nftables has iptables' rules, or none that anybody could read; without any text "open to everybody" would be a guess.
        bool any = (facts.NftText ?? facts.NftJson ?? facts.IptablesSave ?? facts.Ip6tablesSave ?? facts.IptablesLegacySave ?? facts.Ip6tablesLegacySave) is not null;
        if (!any)
        {
            string reason = facts.Missing.GetValueOrDefault(SnapshotNames.NftText, "there is no nft.txt");
            return new Problem(
                $"the firewall's rules could not be read ({reason}), and without them no answer is true", Hint: "run it as root, or take the snapshot as root");
        }

        return RulesetReader.Read(new RulesetSources
        {
            NftText = facts.NftText,
            NftJson = facts.NftJson,
            IptablesSave = facts.IptablesSave,
            Ip6tablesSave = facts.Ip6tablesSave,
            IptablesLegacySave = facts.IptablesLegacySave,
            Ip6tablesLegacySave = facts.Ip6tablesLegacySave,
            IpsetSave = facts.IpsetSave,
        });
    }
}
