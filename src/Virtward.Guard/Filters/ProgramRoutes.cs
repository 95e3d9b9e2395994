using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using Virtward.Guard.Filters.Rules;

namespace Virtward.Guard.Filters;

/// <summary>
/// Which filters want the lines of a program: one look-up by the tag's bytes, taken as two numbers, instead of one comparison a filter.
/// </summary>
public sealed class ProgramRoutes
{
    private readonly Slot[] _slots;
    private readonly int _mask;
    private readonly int[] _others;

    /// <summary>Makes the routes of a set of filters.</summary>
    /// <param name="filters">The filters, by their index.</param>
    public ProgramRoutes(IReadOnlyList<ILineFilter> filters)
    {
        byte[][] names = [.. filters.OfType<RuleFilter>().SelectMany(f => f.Programs).Where(p => !p.IsWildcard).Select(p => p.Bytes.ToArray())];
        _slots = new Slot[(int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)(4 * names.Length) + 1)];
        _mask = _slots.Length - 1;
        _others = Wanting(filters, default);
        foreach (byte[] name in names)
        {
            (ulong first, ulong last) = Key(name);
            int at = Hash(first, last) & _mask;
            while (_slots[at].Name is { } taken && !taken.AsSpan().SequenceEqual(name))
            {
                at = (at + 1) & _mask;
            }

            _slots[at] = new Slot { Name = name, First = first, Last = last, Filters = Wanting(filters, name) };
        }
    }

    /// <summary>
    /// The indices of the filters that want a program's lines, in order. A filter that names its programs by a wildcard is among those
    /// of an unknown program and decides itself.
    /// </summary>
    /// <param name="program">The tag.</param>
    /// <param name="known">Whether some filter names the program as it is: then all of the filters told want it.</param>
    public ReadOnlySpan<int> Of(ReadOnlySpan<byte> program, out bool known)
    {
        known = true;
        (ulong first, ulong last) = Key(program);
        for (int at = Hash(first, last) & _mask; _slots[at].Name is { } name; at = (at + 1) & _mask)
        {
            ref readonly Slot slot = ref _slots[at];
            if (slot.First == first && slot.Last == last && name.Length == program.Length
                && (name.Length <= 2 * sizeof(ulong) || program.SequenceEqual(name)))
            {
                return slot.Filters;
            }
        }

        known = false;
        return _others;
    }

    private static int[] Wanting(IReadOnlyList<ILineFilter> filters, ReadOnlySpan<byte> program)
    {
        var wanting = new List<int>();
        for (int i = 0; i < filters.Count; i++)
        {
            bool wants = filters[i] is not RuleFilter { Programs.IsEmpty: false } filter;
            if (filters[i] is RuleFilter rules)
            {
                foreach (ProgramName name in rules.Programs)
                {
                    wants |= program.IsEmpty ? name.IsWildcard : name.Matches(program);
                }
            }

            if (wants)
            {
                wanting.Add(i);
            }
        }

        return [.. wanting];
    }

    /// <summary>The first and the last eight bytes, overlapping: with the length they are all of a tag of up to sixteen.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (ulong First, ulong Last) Key(ReadOnlySpan<byte> name)
    {
        if (name.Length >= sizeof(ulong))
        {
            return (BinaryPrimitives.ReadUInt64LittleEndian(name), BinaryPrimitives.ReadUInt64LittleEndian(name[^sizeof(ulong)..]));
        }

        if (name.Length >= sizeof(uint))
        {
            return (BinaryPrimitives.ReadUInt32LittleEndian(name), BinaryPrimitives.ReadUInt32LittleEndian(name[^sizeof(uint)..]));
        }

        ulong key = 0;
        foreach (byte b in name)
        {
            key = (key << 8) | b;
        }

        return (key, 0);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Hash(ulong first, ulong last) => (int)(((first ^ (last * 31)) * 0x9E37_79B9_7F4A_7C15) >> 33);

    private struct Slot
    {
        public byte[]? Name;
        public ulong First;
        public ulong Last;
        public int[] Filters;
    }
}
