using System.Collections.Immutable;
using Virtward.Core.Results;
using Virtward.Exposure.Reading.Ipsets;
using Virtward.Exposure.Rulesets;
using Virtward.Exposure.Rulesets.Sets;

namespace Virtward.Exposure.Reading.Iptables;

/// <summary>A table while its lines are read.</summary>
internal sealed class TableBuilder
{
    private readonly Dictionary<string, ChainBuilder> _chains = new(StringComparer.Ordinal);
    private readonly List<ChainBuilder> _order = [];
    private readonly Dictionary<string, SetDefinition> _sets = new(StringComparer.Ordinal);
    private readonly HashSet<string> _filled = new(StringComparer.Ordinal);
    private readonly HashSet<string> _lists = new(StringComparer.Ordinal);
    private readonly ImmutableDictionary<string, Ipset>? _ipsets;
    private readonly List<Problem> _notes;

    public TableBuilder(
        string name, bool v6, TableOrigin origin, string source, ImmutableDictionary<string, Ipset>? ipsets, List<Problem> notes)
    {
        (Name, V6, Origin, Source, _ipsets, _notes) = (name, v6, origin, source, ipsets, notes);
    }

    /// <summary>The table's name.</summary>
    public string Name { get; }

    /// <summary>Whether it is a table of IPv6.</summary>
    public bool V6 { get; }

    /// <summary>Which engine runs it.</summary>
    public TableOrigin Origin { get; }

    /// <summary>The program whose text it is, for notes.</summary>
    public string Source { get; }

    /// <summary>Whether a netmap stands in a chain of the user's, whose hooks decide what it changes.</summary>
    public bool HasOpenNetmap { get; set; }

    public bool HasChain(string name) => _chains.ContainsKey(name);

    /// <summary>The chain of that name, made where it is missing.</summary>
    public ChainBuilder Chain(string name)
    {
        if (!_chains.TryGetValue(name, out ChainBuilder? chain))
        {
            chain = new ChainBuilder(name) { Base = Place(name, false) };
            _chains.Add(name, chain);
            _order.Add(chain);
        }

        return chain;
    }

    /// <summary>Where a chain is attached; null where it is no built-in chain of this table.</summary>
    public BaseHook? Place(string chain, bool dropByDefault) =>
        BuiltInChains.Find(Name, chain, Origin == TableOrigin.IptablesLegacy, dropByDefault);

    public void Note(int line, string what) => _notes.Add(new Problem(Clean(what), Source) { Line = line });

    /// <summary>A set that the rules themselves fill: hashlimit's, recent's, connlimit's.</summary>
    public string Own(string name, ImmutableArray<string> keyTypes, bool hasTimeout)
    {
        _sets.TryAdd(
            name,
            new SetDefinition(name, 0) { KeyTypes = keyTypes, Dynamic = true, HasTimeout = hasTimeout, Flags = ["dynamic"] });
        return name;
    }

    /// <summary>A list of the match <c>recent</c>, whose members iptables-save does not show.</summary>
    /// <param name="name">The set's name.</param>
    /// <param name="keyType">The type of its addresses.</param>
    /// <param name="fills">Whether the rule adds to it or removes from it.</param>
    public string OwnList(string name, string keyType, bool fills)
    {
        _lists.Add(name);
        if (fills)
        {
            _filled.Add(name);
        }

        return Own(name, [keyType], false);
    }

    /// <summary>The sets that rules of this table fill and others share: of ipset and of <c>recent</c>.</summary>
    public IReadOnlySet<string> Filled => _filled;

    /// <summary>The ipset of that name; null where its members are not known.</summary>
    public Ipset? Ipset(string name) => _ipsets is not null && _ipsets.TryGetValue(name, out Ipset? set) ? set : null;

    /// <summary>Makes an ipset a set of this table.</summary>
    public void Use(Ipset set, bool changed)
    {
        if (!_sets.TryGetValue(set.Name, out SetDefinition? definition))
        {
            definition = set.ToDefinition(V6);
            _sets.Add(set.Name, definition);
        }

        if (changed && _filled.Add(set.Name))
        {
            _sets[set.Name] = definition with { Dynamic = true };
        }
    }

    /// <summary>The table.</summary>
    /// <param name="filled">The sets that rules of any table fill.</param>
    public Table Build(IReadOnlySet<string> filled)
    {
        ImmutableArray<Chain> chains = [.. _order.Select(c => c.Build())];
        return new Table(V6 ? Family.Ip6 : Family.Ip, Name, 0)
        {
            Origin = Origin,
            Chains = HasOpenNetmap ? NetmapKinds.Settle(chains, what => Note(0, what)) : chains,
            Sets = [.. _sets.Values.Select(s => Finish(s, filled))],
        };
    }

    /// <summary>A set that this table only looks up: what other tables' packets, or a person, put into it is not known here.</summary>
    private SetDefinition Finish(SetDefinition set, IReadOnlySet<string> filled)
    {
        bool unknown = !_filled.Contains(set.Name) && (_lists.Contains(set.Name) || filled.Contains(set.Name));
        return !unknown
            ? set
            : set with
            {
                Dynamic = true,
                Contents = set.Contents with { Opaque = [.. set.Contents.Opaque, "members that were put in elsewhere"] },
            };
    }

    // Notes are shown to people on a terminal: no control characters, and no essay.
    private static string Clean(string text)
    {
        string shortened = text.Length > 200 ? text[..200] + "…" : text;
        return shortened.Any(char.IsControl) ? string.Concat(shortened.Select(c => char.IsControl(c) ? '?' : c)) : shortened;
    }
}
