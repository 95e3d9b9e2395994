using System.Collections.Immutable;
using Virtward.Core.Policy;
using Virtward.Core.Results;
using Virtward.Core.Snapshots;
using Virtward.Exposure.Answers;
using Virtward.Exposure.Evaluation;
using Virtward.Exposure.Facts;
using Virtward.Exposure.Matrix;
using Virtward.Exposure.Questions;
using Virtward.Exposure.Reading;
using Virtward.Exposure.Rulesets;
using Virtward.Exposure.Zones;

namespace Virtward.Hardening.Inventory;

/// <summary>All rules of the host's firewalls, and who reaches what by them.</summary>
public sealed class ExposureFacts
{
    private readonly Lazy<ExposureReport?> _report;
    // One for all that is asked: what questions have in common is worked out once.
    private readonly Lazy<ExposureEngine> _engine;
    private readonly Lazy<ExposureQuestions?> _questions;
    private readonly Dictionary<Question, SourceSets> _answers = [];

    private ExposureFacts(HostFacts host, Ruleset? ruleset, string? problem, ZoneMap zones, ImmutableArray<ServicePolicy> services)
    {
        Ruleset = ruleset;
        Problem = problem;
        _engine = new(() => new ExposureEngine(ruleset ?? Ruleset.Empty, host.Network));
        _questions = new(() => ruleset is null ? null : new ExposureQuestions(host, ruleset, zones, services, _engine.Value));
        _report = new(() => _questions.Value?.Matrix.Make(null, static (_, _) => { }, CancellationToken.None));
    }

    /// <summary>The rules; null where they could not be read: <see cref="Problem"/> tells.</summary>
    public Ruleset? Ruleset { get; }

    /// <summary>Why the rules are not known; null: they are.</summary>
    public string? Problem { get; }

    /// <summary>The matrix; null where the rules could not be read.</summary>
    public ExposureReport? Report => _report.Value;

    /// <summary>What a check asks besides the matrix; null where the rules could not be read. Not for two threads at once.</summary>
    public ExposureQuestions? Questions => _questions.Value;

    /// <summary>
    /// Asks the engine a question of a check's own, once: the answer is kept. Only where the rules are known; not for two threads at once.
    /// </summary>
    public SourceSets Ask(Question question)
    {
        if (!_answers.TryGetValue(question, out SourceSets? answer))
        {
            _answers[question] = answer = _engine.Value.Ask(question);
        }

        return answer;
    }

    /// <summary>Reads the rules.</summary>
    /// <param name="host">The host.</param>
    /// <param name="zones">Its zones.</param>
    /// <param name="services">What the policy declares: reached where it says so, it is as it should be.</param>
    public static ExposureFacts Read(HostFacts host, ZoneMap zones, ImmutableArray<ServicePolicy> services)
    {
        string? any = host.NftText ?? host.NftJson ?? host.IptablesSave ?? host.Ip6tablesSave ?? host.IptablesLegacySave ?? host.Ip6tablesLegacySave;
        if (any is null)
        {
            string reason = host.Missing.GetValueOrDefault(SnapshotNames.NftText, "there is no nft.txt");
            return new ExposureFacts(host, null, $"the firewall's rules could not be read ({reason})", zones, services);
        }

        return RulesetReader.Read(new RulesetSources
        {
            NftText = host.NftText,
            NftJson = host.NftJson,
            IptablesSave = host.IptablesSave,
            Ip6tablesSave = host.Ip6tablesSave,
            IptablesLegacySave = host.IptablesLegacySave,
            Ip6tablesLegacySave = host.Ip6tablesLegacySave,
            IpsetSave = host.IpsetSave,
        }).TryGet(out Ruleset? ruleset, out Problem? problem)
            ? new ExposureFacts(host, ruleset, null, zones, services)
            : new ExposureFacts(host, null, problem.ToString(), zones, services);
    }
}
