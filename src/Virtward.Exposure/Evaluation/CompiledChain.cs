using Virtward.Exposure.Rulesets;

namespace Virtward.Exposure.Evaluation;

/// <summary>A chain, ready to run.</summary>
internal sealed class CompiledChain(Table table, Chain chain)
{
    private bool _indexed;

    /// <summary>The table that it stands in.</summary>
    public Table Table { get; } = table;

    /// <summary>The chain.</summary>
    public Chain Chain { get; } = chain;

    /// <summary>Its place in the listing, which is the order that chains were made in.</summary>
    public required int Sequence { get; init; }

    /// <summary>Its rules.</summary>
    public CompiledRule[] Rules { get; set; } = [];

    /// <summary>Its rules by the port they speak of; null: it is not worth it.</summary>
    public PortIndex? ByPort => field ??= _indexed ? null : Index();

    /// <summary>What its rules drop by the source alone.</summary>
    public SourceDrops SourceDrops => field ??= new SourceDrops(this);

    private PortIndex? Index()
    {
        _indexed = true;
        return PortIndex.Of(Rules);
    }

    /// <summary>The table's sets by name.</summary>
    public required Dictionary<string, SetIndex> Sets { get; init; }

    /// <summary>The sets that are written out in the table's expressions.</summary>
    public required Dictionary<object, SetIndex> WrittenSets { get; init; }

    /// <summary>Whether it changes packets, flows or sets, itself or where it leads, so that its order among others may matter.</summary>
    public bool HasEffects { get; set; }
}
