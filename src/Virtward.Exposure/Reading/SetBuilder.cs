using System.Collections.Immutable;
using Virtward.Exposure.Rulesets.Sets;
using Virtward.Exposure.Rulesets.Statements;

namespace Virtward.Exposure.Reading;

/// <summary>Gathers a set's elements in columns.</summary>
/// <param name="parts">How many fields a key has.</param>
internal sealed class SetBuilder(int parts)
{
    private readonly ImmutableArray<ValueRange>.Builder _keys = ImmutableArray.CreateBuilder<ValueRange>();
    private readonly ImmutableArray<MapData>.Builder _data = ImmutableArray.CreateBuilder<MapData>();
    private readonly ImmutableArray<string>.Builder _opaque = ImmutableArray.CreateBuilder<string>();
    private ImmutableArray<long>.Builder? _expires;
    private MapData? _default;
    private bool _catchAll;

    /// <summary>Statements that elements carry and that may refuse to match, each kind once.</summary>
    public List<Statement> Statements { get; } = [];

    /// <summary>Adds one element.</summary>
    /// <param name="key">Its fields.</param>
    /// <param name="data">What it yields; null in a set.</param>
    /// <param name="expiresIn">Seconds until it goes away; 0: it stays.</param>
    public void Add(ReadOnlySpan<ValueRange> key, MapData? data, long expiresIn)
    {
        int count = _keys.Count / parts;
        _keys.AddRange(key);
        if (data is not null)
        {
            _data.Add(data);
        }

        if (expiresIn != 0 && _expires is null)
        {
            _expires = ImmutableArray.CreateBuilder<long>(count + 1);
            _expires.Count = count;
        }

        _expires?.Add(expiresIn);
    }

    /// <summary>Adds the element that stands for all other keys.</summary>
    public void AddCatchAll(MapData? data)
    {
        _default = data;
        _catchAll = data is null;
    }

    /// <summary>Adds an element that was not understood.</summary>
    public void AddOpaque(string text) => _opaque.Add(text);

    /// <summary>Remembers a statement that an element carries.</summary>
    public void AddStatement(Statement statement)
    {
        if (statement is LimitStatement or QuotaStatement or ConnectionCountStatement or OpaqueStatement
            && !Statements.Exists(s => s.GetType() == statement.GetType()))
        {
            Statements.Add(statement);
        }
    }

    /// <summary>The elements.</summary>
    public SetContents Build() => new()
    {
        Parts = parts,
        Keys = _keys.DrainToImmutable(),
        Data = _data.DrainToImmutable(),
        ExpiresIn = _expires?.DrainToImmutable() ?? [],
        Default = _default,
        HasCatchAll = _catchAll,
        Opaque = _opaque.DrainToImmutable(),
    };
}
