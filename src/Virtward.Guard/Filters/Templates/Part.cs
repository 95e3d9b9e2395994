using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Virtward.Guard.Filters.Templates;

/// <summary>One part of a template: a literal, or a hole.</summary>
public readonly struct Part
{
    // A literal of up to eight bytes as one number: compared in one step.
    private readonly ulong _word;
    private readonly int _unused;

    /// <summary>A hole.</summary>
    /// <param name="kind">What it takes; no literal.</param>
    public Part(PartKind kind)
    {
        Kind = kind;
        Literal = [];
    }

    /// <summary>A literal.</summary>
    /// <param name="literal">Its bytes, at least one.</param>
    public Part(byte[] literal)
    {
        Kind = PartKind.Literal;
        Literal = literal;
        EndsWithSpace = literal[^1] == ' ';
        _unused = literal.Length <= sizeof(ulong) ? 8 * (sizeof(ulong) - literal.Length) : -1;
        _word = _unused >= 0 ? TextWord.Start(literal) : 0;
    }

    /// <summary>What it takes.</summary>
    public PartKind Kind { get; }

    /// <summary>The bytes of a literal; empty for a hole.</summary>
    public byte[] Literal { get; }

    /// <summary>Whether it is a literal whose last byte is a space: a word after it starts there.</summary>
    public bool EndsWithSpace { get; }

    /// <summary>Whether it takes any text, so that only its neighbours say where it ends.</summary>
    public bool IsFree => Kind is PartKind.Any or PartKind.User;

    /// <summary>Whether a text starts with the literal.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool IsStartOf(ReadOnlySpan<byte> text) => _unused >= 0 && text.Length >= sizeof(ulong)
        ? BinaryPrimitives.ReadUInt64LittleEndian(text) << _unused == _word << _unused
        : StartsWith(text, Literal);

    /// <summary>Whether the literal ends at a place of a text.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool EndsAt(ReadOnlySpan<byte> text, int to) => _unused >= 0 && to >= sizeof(ulong)
        ? BinaryPrimitives.ReadUInt64LittleEndian(text[(to - sizeof(ulong))..]) >> _unused == _word
        : text[..to].EndsWith(Literal);

    /// <summary>Compares a literal of 16 bytes or more by sixteens, the last of which may overlap the one before, without a call.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool StartsWith(ReadOnlySpan<byte> text, byte[] literal)
    {
        int last = literal.Length - Vector128<byte>.Count;
        if (last < 0 || text.Length < literal.Length)
        {
            return text.StartsWith(literal);
        }

        ref byte left = ref MemoryMarshal.GetReference(text);
        ref byte right = ref MemoryMarshal.GetArrayDataReference(literal);
        Vector128<byte> difference = Vector128.LoadUnsafe(ref left, (nuint)last) ^ Vector128.LoadUnsafe(ref right, (nuint)last);
        for (int at = 0; at < last; at += Vector128<byte>.Count)
        {
            difference |= Vector128.LoadUnsafe(ref left, (nuint)at) ^ Vector128.LoadUnsafe(ref right, (nuint)at);
        }

        return difference == Vector128<byte>.Zero;
    }
}
