using System.Collections.Immutable;
using Virtward.Core.Net;
using Virtward.Exposure.Answers;

namespace Virtward.Exposure.Matrix;

/// <summary>Joins the answers of several questions about one endpoint: of all entries and addresses, the most open answer for a source counts.</summary>
internal sealed class SourceTally
{
    private readonly List<Witness> _witnesses = [];
    private readonly List<string> _depends = [];
    private readonly List<string> _arrivals = [];
    private readonly List<string> _by = [];
    private PrefixSet _accepted = PrefixSet.Empty;
    private PrefixSet _limited = PrefixSet.Empty;
    private PrefixSet _unproven = PrefixSet.Empty;
    private PrefixSet _rejected = PrefixSet.Empty;
    private PrefixSet _asked = PrefixSet.Empty;

    // The answer of all questions so far, while they all had the same.
    private SourceSets? _only;
    private bool _any;
    private PortSet _ports = PortSet.Empty;

    /// <summary>All sources that were asked about.</summary>
    public PrefixSet Asked => _asked;

    /// <summary>The entries by which somebody gets in.</summary>
    public ImmutableArray<string> By => [.. _by.Distinct()];

    /// <summary>The ports that somebody reaches.</summary>
    public PortSet Ports => _ports;

    /// <summary>Adds an answer.</summary>
    public void Add(Question question, PrefixSet asked, SourceSets answer)
    {
        _asked = _asked.Union(asked);
        if (_only is not null || !_any)
        {
            // A host's addresses mostly get the same answer, of sets that are the same objects: with 100,000 bans in them nothing else is affordable.
            _only = !_any || IsSame(_only!, answer) ? answer : null;
        }

        _any = true;
        _accepted = _accepted.Union(answer.Accepted);
        _limited = _limited.Union(answer.Limited);
        _unproven = _unproven.Union(answer.Unproven);
        _rejected = _rejected.Union(answer.Rejected);
        _depends.AddRange(answer.DependsOn);
        _arrivals.AddRange(answer.Arrivals);
        _ports = _ports.Union(answer.OpenPorts);
        if (!answer.Accepted.IsEmpty || !answer.Limited.IsEmpty || !answer.Unproven.IsEmpty)
        {
            _by.Add(question.Entry);
        }

        foreach (Witness witness in answer.Witnesses)
        {
            if (_witnesses.All(known => known.Outcome != witness.Outcome))
            {
                _witnesses.Add(witness);
            }
        }
    }

    /// <summary>Adds sources of whom nothing arrives, without asking: the endpoint is bound to another device.</summary>
    public void AddClosed(PrefixSet asked)
    {
        _asked = _asked.Union(asked);
        _only = null;
        _any = true;
    }

    /// <summary>Whether everybody is known to get in, so that no further question can change the answer.</summary>
    public bool IsFull(PrefixSet asked) => asked.RangeCount < 1000 && asked.All(_accepted.Contains);

    /// <summary>The joined answer.</summary>
    public SourceSets Sum()
    {
        if (_only is not null)
        {
            return Describe(_only.Accepted, _only.Limited, _only.Unproven, _only.Rejected, _only.Dropped);
        }

        PrefixSet limited = _limited.Subtract(_accepted);
        PrefixSet unproven = _unproven.Subtract(_accepted).Subtract(limited);
        PrefixSet rejected = _rejected.Subtract(_accepted).Subtract(limited).Subtract(unproven);
        PrefixSet dropped = _asked.Subtract(_accepted).Subtract(limited).Subtract(unproven).Subtract(rejected);
        return Describe(_accepted, limited, unproven, rejected, dropped);
    }

    private SourceSets Describe(PrefixSet accepted, PrefixSet limited, PrefixSet unproven, PrefixSet rejected, PrefixSet dropped) =>
        new(accepted, limited, unproven, rejected, dropped)
        {
            Witnesses = [.. _witnesses.Where(witness => !Of(witness.Outcome, accepted, limited, unproven, rejected, dropped).IsEmpty)],
            DependsOn = [.. _depends.Distinct()],
            Arrivals = [.. _arrivals.Distinct().Order(StringComparer.Ordinal)],
            OpenPorts = _ports,
        };

    private static bool IsSame(SourceSets one, SourceSets other) => ReferenceEquals(one.Accepted, other.Accepted)
        && ReferenceEquals(one.Limited, other.Limited) && ReferenceEquals(one.Unproven, other.Unproven)
        && ReferenceEquals(one.Rejected, other.Rejected) && ReferenceEquals(one.Dropped, other.Dropped);

    private static PrefixSet Of(Outcome outcome, PrefixSet accepted, PrefixSet limited, PrefixSet unproven, PrefixSet rejected, PrefixSet dropped) =>
        outcome switch
        {
            Outcome.Accept => accepted,
            Outcome.Limited => limited,
            Outcome.Unproven => unproven,
            Outcome.Reject => rejected,
            _ => dropped,
        };
}
