using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Virtward.Guard.Filters.Rules;

namespace Virtward.Guard.Filters;

/// <summary>
/// Which filters want the lines of a program: one look-up by the tag's first sixteen bytes, instead of one comparison a filter.
/// </summary>
public sealed class ProgramRoutes
{
    private readonly Slot[] _slots;
    private readonly int _mask;
    private readonly Route _others;

    /// <summary>Makes the routes of a set of filters.</summary>
    /// <param name="filters">The filters, by their index.</param>
    public ProgramRoutes(IReadOnlyList<ILineFilter> filters)
    {
        byte[][] names = [.. filters.OfType<RuleFilter>().SelectMany(f => f.Programs).Where(p => !p.IsWildcard).Select(p => p.Bytes.ToArray())];
        _slots = new Slot[(int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)(4 * names.Length) + 1)];
        _mask = _slots.Length - 1;
        _others = new Route(Wanting(filters, default), false);
        foreach (byte[] name in names)
        {
            Vector128<byte> start = Start(name, name.Length);
            int at = Hash(start) & _mask;
            while (_slots[at].Name is { } taken && !taken.AsSpan().SequenceEqual(name))
            {
                at = (at + 1) & _mask;
            }

            _slots[at] = new Slot { Name = name, Start = start, Route = new Route(Wanting(filters, name), true) };
        }
    }

    /// <summary>Where a program's lines go.</summary>
    /// <param name="text">The tag and, for speed, what follows it: then it is compared in one step, however long it is.</param>
    /// <param name="length">The tag's length.</param>
    public Route Of(ReadOnlySpan<byte> text, int length)
    {
        Vector128<byte> start = Start(text, length);
        for (int at = Hash(start) & _mask; _slots[at].Name is { } name; at = (at + 1) & _mask)
        {
            ref readonly Slot slot = ref _slots[at];
            if (slot.Start == start && name.Length == length
                && (length <= Vector128<byte>.Count || text[..length].SequenceEqual(name)))
            {
                return slot.Route;
            }
        }

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

    /// <summary>
    /// The tag's first sixteen bytes, zeros where it is shorter. Tags of all lengths come one after the other: a branch on the length
    /// would be mispredicted on most lines.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Start(ReadOnlySpan<byte> text, int length)
    {
        Vector128<byte> bytes = text.Length >= Vector128<byte>.Count ? Vector128.LoadUnsafe(ref MemoryMarshal.GetReference(text)) : Padded(text);
        return bytes & Vector128.LessThan(Vector128<byte>.Indices, Vector128.Create((byte)Math.Min(length, Vector128<byte>.Count)));
    }

    private static Vector128<byte> Padded(ReadOnlySpan<byte> text)
    {
        Span<byte> bytes = stackalloc byte[Vector128<byte>.Count];
        text.CopyTo(bytes);
        return Vector128.Create<byte>(bytes);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Hash(Vector128<byte> start)
    {
        Vector128<ulong> words = start.AsUInt64();
        return (int)(((words[0] ^ (words[1] * 31)) * 0x9E37_79B9_7F4A_7C15) >> 33);
    }

    private struct Slot
    {
        public byte[]? Name;
        public Vector128<byte> Start;
        public Route Route;
    }
}
