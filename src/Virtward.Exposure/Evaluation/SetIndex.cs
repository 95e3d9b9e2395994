using System.Collections.Immutable;
using Virtward.Exposure.PacketSets;
using Virtward.Exposure.Rulesets.Sets;
using Virtward.Exposure.Rulesets.Statements;

namespace Virtward.Exposure.Evaluation;

/// <summary>A set or map, ready to be looked up: with numbers by search, with sets of packets all at once.</summary>
internal sealed class SetIndex
{
    private readonly Dictionary<(int Mask, UInt128 A, UInt128 B, UInt128 C), List<int>> _byFields = [];
    private readonly Dictionary<int, List<int>> _rangesByMask = [];
    private readonly Dictionary<(object Bits, int Field, UInt128 A, UInt128 B), List<(int Group, int Set)>> _known = [];
    private readonly List<MapData?> _groups = [];
    private readonly int[] _groupOf;
    private ValueRange[]? _sorted;
    private int[]? _sortedElements;
    private ValueRange[]? _merged;

    /// <summary>Reads a set.</summary>
    /// <param name="name">Its name; empty for one written out in a rule.</param>
    /// <param name="contents">Its elements.</param>
    /// <param name="definition">Its definition; null for one written out in a rule.</param>
    public SetIndex(string name, SetContents contents, SetDefinition? definition)
    {
        Name = name;
        Contents = contents;
        ElementStatements = definition?.ElementStatements ?? [];
        _groupOf = new int[contents.Count];
        Group(contents);
    }

    /// <summary>The set's name.</summary>
    public string Name { get; }

    /// <summary>Its elements as listed.</summary>
    public SetContents Contents { get; }

    /// <summary>What each element carries.</summary>
    public ImmutableArray<Statement> ElementStatements { get; }

    /// <summary>Whether rules add to it or remove from it.</summary>
    public bool FilledByPackets { get; set; }

    /// <summary>Whether elements go away by themselves.</summary>
    public bool Expires => Contents.ExpiresIn.Length > 0;

    /// <summary>The number of different data and ways to be in it.</summary>
    public int GroupCount => _groups.Count;

    /// <summary>What the elements of a group yield; null in a set.</summary>
    public MapData? DataOf(int group) => _groups[group];

    /// <summary>Whether a group's elements go away by themselves.</summary>
    public bool GroupExpires(int group) => group >= _groups.Count / 2 && Expires;

    /// <summary>The group of an element that holds the key of numbers; negative: none.</summary>
    public int Find(ReadOnlySpan<BitValue> key)
    {
        if (Contents.Count == 0 || key.Length != Contents.Parts)
        {
            return -1;
        }

        if (Contents.Parts == 1)
        {
            Sort();
            int at = ValueSets.Find(_sorted!, key[0].Number);
            return at < 0 ? -1 : _groupOf[_sortedElements![at]];
        }

        foreach (int element in Candidates(key))
        {
            if (Holds(element, key))
            {
                return _groupOf[element];
            }
        }

        return -1;
    }

    /// <summary>For each group, the packets whose key is in it.</summary>
    public List<(int Group, int Set)> Find(ReadOnlySpan<BitValue> key, BddManager manager, ValueSets sets)
    {
        if (Contents.Count == 0 || key.Length != Contents.Parts)
        {
            return [];
        }

        int open = 0;
        int symbolic = -1;
        foreach (BitValue part in key)
        {
            open += part.IsNumber ? 0 : 1;
        }

        for (int part = 0; part < key.Length && symbolic < 0; part++)
        {
            symbolic = key[part].IsNumber ? -1 : part;
        }

        if (open == 0)
        {
            int group = Find(key);
            return group < 0 ? [] : [(group, BddManager.True)];
        }

        if (open == 1 && key.Length <= 3)
        {
            UInt128 a = key.Length > 1 ? key[symbolic == 0 ? 1 : 0].Number : 0;
            UInt128 b = key.Length > 2 ? key[symbolic == 2 ? 1 : 2].Number : 0;
            (object, int, UInt128, UInt128) known = (key[symbolic].Bits!, symbolic, a, b);
            if (!_known.TryGetValue(known, out List<(int, int)>? found))
            {
                found = FindByOne(key, symbolic, sets);
                if (_known.Count > 4096)
                {
                    _known.Clear();
                }

                _known[known] = found;
            }

            return found;
        }

        return FindBySeveral(key, manager, sets);
    }

    private List<(int Group, int Set)> FindByOne(ReadOnlySpan<BitValue> key, int symbolic, ValueSets sets)
    {
        var found = new List<(int, int)>();
        if (Contents.Parts == 1 && GroupCount == 1)
        {
            _merged ??= ValueSets.Normalise([.. Contents.Keys]);
            int all = sets.InAny(key[0], _merged);
            return all == BddManager.False ? found : [(0, all)];
        }

        var ranges = new Dictionary<int, List<ValueRange>>();
        foreach (int element in Candidates(key))
        {
            if (Holds(element, key))
            {
                if (!ranges.TryGetValue(_groupOf[element], out List<ValueRange>? list))
                {
                    ranges[_groupOf[element]] = list = [];
                }

                list.Add(Contents.Keys[(element * Contents.Parts) + symbolic]);
            }
        }

        foreach ((int group, List<ValueRange> list) in ranges)
        {
            int set = sets.InAny(key[symbolic], ValueSets.Normalise(list));
            if (set != BddManager.False)
            {
                found.Add((group, set));
            }
        }

        return found;
    }

    private List<(int Group, int Set)> FindBySeveral(ReadOnlySpan<BitValue> key, BddManager manager, ValueSets sets)
    {
        var parts = new Dictionary<int, List<int>>();
        foreach (int element in Candidates(key))
        {
            if (!Holds(element, key))
            {
                continue;
            }

            int set = BddManager.True;
            for (int part = key.Length - 1; part >= 0; part--)
            {
                ValueRange range = Contents.Keys[(element * Contents.Parts) + part];
                set = key[part].IsNumber ? set : manager.And(set, sets.InRange(key[part], range.First, range.Last));
            }

            if (!parts.TryGetValue(_groupOf[element], out List<int>? list))
            {
                parts[_groupOf[element]] = list = [];
            }

            list.Add(set);
        }

        var found = new List<(int, int)>();
        foreach ((int group, List<int> list) in parts)
        {
            // Halves are joined with halves: the pieces stay small as long as they can.
            for (int step = 1; step < list.Count; step *= 2)
            {
                for (int at = 0; at + step < list.Count; at += 2 * step)
                {
                    list[at] = manager.Or(list[at], list[at + step]);
                }
            }

            if (list[0] != BddManager.False)
            {
                found.Add((group, list[0]));
            }
        }

        return found;
    }

    // The elements whose single values equal the key's numbers, and those with intervals there.
    private IEnumerable<int> Candidates(ReadOnlySpan<BitValue> key)
    {
        int mask = 0;
        int used = 0;
        Span<UInt128> numbers = stackalloc UInt128[3];
        numbers.Clear();
        for (int part = 0; part < key.Length && part < 32 && used < 3; part++)
        {
            if (key[part].IsNumber)
            {
                mask |= 1 << part;
                numbers[used++] = key[part].Number;
            }
        }

        if (mask == 0)
        {
            return Enumerable.Range(0, Contents.Count);
        }

        if (!_rangesByMask.TryGetValue(mask, out List<int>? ranges))
        {
            _rangesByMask[mask] = ranges = [];
            for (int element = 0; element < Contents.Count; element++)
            {
                IndexElement(element, mask, ranges);
            }
        }

        List<int>? exact = _byFields.GetValueOrDefault((mask, numbers[0], numbers[1], numbers[2]));
        return exact is null ? ranges : ranges.Count == 0 ? exact : exact.Concat(ranges);
    }

    private void IndexElement(int element, int mask, List<int> ranges)
    {
        Span<UInt128> numbers = stackalloc UInt128[3];
        numbers.Clear();
        int used = 0;
        for (int part = 0; part < Contents.Parts; part++)
        {
            if ((mask >> part & 1) == 0)
            {
                continue;
            }

            ValueRange range = Contents.Keys[(element * Contents.Parts) + part];
            if (!range.IsSingle)
            {
                ranges.Add(element);
                return;
            }

            numbers[used++] = range.First;
        }

        (int, UInt128, UInt128, UInt128) place = (mask, numbers[0], numbers[1], numbers[2]);
        if (!_byFields.TryGetValue(place, out List<int>? list))
        {
            _byFields[place] = list = [];
        }

        list.Add(element);
    }

    private bool Holds(int element, ReadOnlySpan<BitValue> key)
    {
        for (int part = 0; part < Contents.Parts && part < key.Length; part++)
        {
            if (key[part].IsNumber && !Contents.Keys[(element * Contents.Parts) + part].Contains(key[part].Number))
            {
                return false;
            }
        }

        return true;
    }

    private void Sort()
    {
        if (_sorted is not null)
        {
            return;
        }

        var elements = new int[Contents.Count];
        var keys = new ValueRange[Contents.Count];
        for (int element = 0; element < elements.Length; element++)
        {
            elements[element] = element;
            keys[element] = Contents.Keys[element];
        }

        Array.Sort(keys, elements, Comparer<ValueRange>.Create(static (a, b) => a.First.CompareTo(b.First)));
        _sortedElements = elements;
        _sorted = keys;
    }

    // Groups 0 … n-1 stay, groups n … 2n-1 yield the same and go away by themselves.
    private void Group(SetContents contents)
    {
        var groups = new Dictionary<MapData, int>(MapDataComparer.Instance);
        for (int element = 0; element < contents.Count; element++)
        {
            int group = 0;
            if (!contents.Data.IsDefaultOrEmpty)
            {
                MapData data = contents.Data[element];
                if (!groups.TryGetValue(data, out group))
                {
                    groups[data] = group = groups.Count;
                    _groups.Add(data);
                }
            }

            _groupOf[element] = group;
        }

        if (_groups.Count == 0)
        {
            _groups.Add(null);
        }

        if (Expires)
        {
            int count = _groups.Count;
            _groups.AddRange(_groups.ToArray());
            for (int element = 0; element < contents.Count; element++)
            {
                _groupOf[element] += contents.ExpiresIn[element] > 0 ? count : 0;
            }
        }
    }
}
