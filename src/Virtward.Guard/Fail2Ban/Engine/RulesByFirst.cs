using System.Buffers.Binary;
using System.Numerics;
using Virtward.Guard.Filters.Regexes.Bytes;

namespace Virtward.Guard.Fail2Ban.Engine;

/// <summary>
/// Which expressions may match a text, by its first bytes: most begin with <c>^</c> and a word. A log has few first words, so what was found
/// out about one is kept.
/// </summary>
public sealed class RulesByFirst
{
    /// <summary>Of the bits of expressions, the one that the 64th and all after it share.</summary>
    public const int LastBit = 63;

    private const int KeptBits = 8;

    private readonly IReadOnlyList<Rule> _all;
    private readonly ulong[] _rules = new ulong[256];
    private readonly ulong[] _heads = new ulong[1 << KeptBits];
    private readonly ulong[] _byHead = new ulong[1 << KeptBits];

    /// <summary>Finds it out.</summary>
    /// <param name="rules">The expressions, in order.</param>
    public RulesByFirst(IReadOnlyList<Rule> rules)
    {
        _all = rules;
        for (int index = 0; index < rules.Count; index++)
        {
            for (int first = 0; first < _rules.Length; first++)
            {
                _rules[first] |= rules[index].Regex.MayBeginWith((byte)first) ? 1UL << Math.Min(index, LastBit) : 0;
            }
        }

        // A place that was never used holds the head of zeros.
        _byHead.AsSpan().Fill(WithHead(new byte[BytePattern.HeadLength]));
        TellsApart = rules.Count > 1 && _rules.Take(128).All(some => BitOperations.PopCount(some) <= rules.Count / 2);
    }

    /// <summary>
    /// Whether a text's first character rules out half of the expressions at least: then it is not worth while to find out which of
    /// their literals a line holds.
    /// </summary>
    public bool TellsApart { get; }

    /// <summary>The expressions that may match a text, one bit each.</summary>
    public ulong Of(ReadOnlySpan<byte> text)
    {
        if (text.Length < BytePattern.HeadLength)
        {
            return text.IsEmpty ? ulong.MaxValue : _rules[text[0]];
        }

        ulong head = BinaryPrimitives.ReadUInt64LittleEndian(text);
        int place = (int)((head * 0x9E37_79B9_7F4A_7C15) >> (64 - KeptBits));
        if (_heads[place] != head)
        {
            (_heads[place], _byHead[place]) = (head, WithHead(text[..BytePattern.HeadLength]));
        }

        return _byHead[place];
    }

    private ulong WithHead(ReadOnlySpan<byte> head)
    {
        ulong may = _rules[head[0]];
        for (ulong rest = may & ~(1UL << LastBit); rest != 0; rest &= rest - 1)
        {
            int index = BitOperations.TrailingZeroCount(rest);
            may &= _all[index].Regex.MayBeginWith(head) ? ulong.MaxValue : ~(1UL << index);
        }

        return may;
    }
}
