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
        _unused = literal.Length <= sizeof(ulong) ? 8 * (sizeof(ulong) - literal.Length) : -1;
        _word = _unused >= 0 ? TextWord.Start(literal) : 0;
    }

    /// <summary>What it takes.</summary>
    public PartKind Kind { get; }

    /// <summary>The bytes of a literal; empty for a hole.</summary>
    public byte[] Literal { get; }

    /// <summary>Whether it takes any text, so that only its neighbours say where it ends.</summary>
    public bool IsFree => Kind is PartKind.Any or PartKind.User;

    /// <summary>Whether a text starts with the literal.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool IsStartOf(ReadOnlySpan<byte> text) => _unused >= 0 && text.Length >= sizeof(ulong)
        ? BinaryPrimitives.ReadUInt64LittleEndian(text) << _unused == _word << _unused
        : StartsWith(text, Literal);

    /// <summary>Whether a text ends with the literal.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool IsEndOf(ReadOnlySpan<byte> text) => _unused >= 0 && text.Length >= sizeof(ulong)
        ? BinaryPrimitives.ReadUInt64LittleEndian(text[^sizeof(ulong)..]) >> _unused == _word
        : text.EndsWith(Literal);

    /// <summary>Compares a literal of 16 to 32 bytes by its first and its last sixteen, which may overlap, without a call.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool StartsWith(ReadOnlySpan<byte> text, byte[] literal)
    {
        int second = literal.Length - Vector128<byte>.Count;
        if (second < 0 || second > Vector128<byte>.Count || text.Length < literal.Length)
        {
            return text.StartsWith(literal);
        }

        ref byte left = ref MemoryMarshal.GetReference(text);
        ref byte right = ref MemoryMarshal.GetArrayDataReference(literal);
        return (Vector128.LoadUnsafe(ref left) ^ Vector128.LoadUnsafe(ref right)
            | (Vector128.LoadUnsafe(ref left, (nuint)second) ^ Vector128.LoadUnsafe(ref right, (nuint)second))) == Vector128<byte>.Zero;
    }
}
