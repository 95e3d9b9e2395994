using System.Collections.Immutable;
using Virtward.Core.Net;
using Virtward.Exposure.Answers;

namespace Virtward.Exposure.Matrix;

/// <summary>Joins the answers of several questions about one endpoint: of all entries and addresses, the most open answer for a source counts.</summary>
internal sealed class SourceTally
{
    private readonly FamilyTally _v4 = new();
    private readonly FamilyTally _v6 = new();
    private readonly List<string> _depends = [];
    private readonly List<string> _arrivals = [];
    private readonly List<string> _by = [];
    private readonly List<string> _via = [];
    private PortSet _ports = PortSet.Empty;
    private PrefixSet _destinations = PrefixSet.Empty;

    /// <summary>All sources that were asked about.</summary>
    public PrefixSet Asked => _v4.Asked.Union(_v6.Asked);

    /// <summary>The entries by which somebody gets in.</summary>
    public ImmutableArray<string> By => [.. _by.Distinct()];

    /// <summary>The same entries as rules for IP name them: of a bridge's port the bridge.</summary>
    public ImmutableArray<string> Via => [.. _via.Distinct()];

    /// <summary>Whether somebody gets there by a bridge alone, without the host's routing.</summary>
    public bool Bridged { get; private set; }

    /// <summary>Adds an answer.</summary>
    /// <param name="question">What was asked.</param>
    /// <param name="via">The entry as rules for IP name it.</param>
    /// <param name="asked">The sources that were asked about.</param>
    /// <param name="answer">What became of them.</param>
    public void Add(Question question, string via, PrefixSet asked, SourceSets answer)
    {
        Of(question.Destination).Add(asked, answer);
        _depends.AddRange(answer.DependsOn);
        _arrivals.AddRange(answer.Arrivals);
        _ports = _ports.Union(answer.OpenPorts);
        _destinations = _destinations.Union(answer.Destinations);
        if (!answer.Accepted.IsEmpty || !answer.Limited.IsEmpty || !answer.Unproven.IsEmpty)
        {
            _by.Add(question.Entry);
            _via.Add(via);
            Bridged |= question.Bridged;
        }
    }

    /// <summary>Adds sources of whom nothing arrives, without asking: the endpoint is bound to another device.</summary>
    public void AddClosed(Address destination, PrefixSet asked) => Of(destination).AddClosed(asked);

    /// <summary>Whether everybody is known to get in, so that no further question can change the answer.</summary>
    public bool IsFull(Address destination, PrefixSet asked) => Of(destination).IsFull(asked);

    /// <summary>The joined answer, of both families.</summary>
    public SourceSets Sum()
    {
        SourceSets v4 = _v4.Sum();
        SourceSets v6 = _v6.Sum();
        var witnesses = v4.Witnesses.AddRange(v6.Witnesses.Where(witness => v4.Witnesses.All(known => known.Outcome != witness.Outcome)));
        return new SourceSets(
            v4.Accepted.Union(v6.Accepted), v4.Limited.Union(v6.Limited), v4.Unproven.Union(v6.Unproven), v4.Rejected.Union(v6.Rejected), v4.Dropped.Union(v6.Dropped))
        {
            Witnesses = witnesses,
            DependsOn = [.. _depends.Distinct()],
            Arrivals = [.. _arrivals.Distinct().Order(StringComparer.Ordinal)],
            OpenPorts = _ports,
            Destinations = _destinations,
        };
    }

    /// <summary>Who gets in, in words.</summary>
    /// <param name="sum">The joined answer.</param>
    /// <param name="own">The host's own addresses.</param>
    public string Words(SourceSets sum, PrefixSet own)
    {
        if (!sum.Accepted.IsDeferred && !sum.Limited.IsDeferred && !sum.Unproven.IsDeferred)
        {
            return SourceWords.Describe(sum, Asked, own);
        }

        // Sets too large to be made for a few words are measured, each family by itself.
        string v4 = _v4.Asked.IsEmpty ? "" : SourceWords.Describe(_v4.Sum() with { DependsOn = sum.DependsOn }, _v4.Asked, own);
        string v6 = _v6.Asked.IsEmpty ? "" : SourceWords.Describe(_v6.Sum() with { DependsOn = sum.DependsOn }, _v6.Asked, own);
        return v4.Length == 0 ? v6 : v6.Length == 0 || v4 == v6 ? v4 : $"{v4} over IPv4; {v6} over IPv6";
    }

    private FamilyTally Of(Address address) => address.IsV4 ? _v4 : _v6;
}
