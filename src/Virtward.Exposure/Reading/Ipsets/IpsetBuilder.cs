using System.Collections.Immutable;
using Virtward.Exposure.Rulesets.Sets;

namespace Virtward.Exposure.Reading.Ipsets;

/// <summary>A set while its lines are read.</summary>
internal sealed class IpsetBuilder(string name, string type, bool? v6, ImmutableArray<IpsetDimension> dimensions)
{
    private readonly List<ValueRange> _keys = [];
    private readonly List<long> _expires = [];
    private readonly List<string> _opaque = [];
    private readonly List<ValueRange> _exceptions = [];
    private bool _exact = true;

    public string Name { get; } = name;

    public string Type { get; } = type;

    public bool? V6 { get; } = v6;

    public ImmutableArray<IpsetDimension> Dimensions { get; } = dimensions;

    public bool HasTimeout { get; init; }

    /// <summary>The length that addresses are cut to (<c>netmask</c>); 0: whole.</summary>
    public int Netmask { get; init; }

    /// <summary>The names of a list's members.</summary>
    public List<string> Members { get; } = [];

    public int Parts { get; } = Math.Max(1, dimensions.Sum(d => d == IpsetDimension.Port ? 2 : 1));

    /// <summary>Whether members of this set cannot be said: every look-up in it becomes opaque.</summary>
    public void GiveUp() => _exact = false;

    public void AddOpaque(string text) => _opaque.Add(text);

    public void Add(IEnumerable<ValueRange> key, long expiresIn)
    {
        _keys.AddRange(key);
        _expires.Add(expiresIn);
    }

    /// <summary>A network that is not in the set although one around it is (<c>nomatch</c>).</summary>
    public void AddException(ValueRange network) => _exceptions.Add(network);

    public Ipset Build()
    {
        List<ValueRange> keys = _keys;
        List<long> expires = _expires;
        bool exact = _exact;
        if (_exceptions.Count > 0)
        {
            if (Parts == 1 && expires.TrueForAll(e => e == 0))
            {
                keys = NestedNetworks.Without(keys, _exceptions);
                expires = [];
            }
            else
            {
                exact = false;
            }
        }

        return new Ipset(Name, Type, V6, Dimensions)
        {
            HasTimeout = HasTimeout,
            Exact = exact,
            Contents = new SetContents
            {
                Parts = Parts,
                Keys = [.. keys],
                ExpiresIn = expires.TrueForAll(e => e == 0) ? [] : [.. expires],
                Opaque = [.. _opaque],
            },
        };
    }
}
