using System.Collections.Immutable;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Virtward.Guard.Filters.Headers;

namespace Virtward.Guard.Filters.Templates;

/// <summary>
/// The shape of one message: literals and typed holes, held against a text from both of its ends.
/// </summary>
/// <remarks>
/// <para>An attacker chooses the free parts of a message (user names, banners), and may write the rest of a message into them. Programs
/// put the true peer after the free part, so what follows it is matched from the end of the text <b>backwards</b>: the last
/// <c> from 192.0.2.1 port 22 ssh2</c> decides, whatever stands before it. What precedes the first free part is matched forwards.</para>
/// <para>With two free parts, what stands between them is looked for from the left (<c>{any:shortest}</c>, its first occurrence) or
/// from the right (<c>{any:longest}</c>, its last).</para>
/// <para>Every part but the free ones is bounded or ends at a space, so a match costs time linear in the text. Nothing is
/// allocated.</para>
/// </remarks>
public sealed class Template
{
    /// <summary>
    /// The longest text that <c>{user}</c> takes: the 200 bytes that sshd lets a name have (packet.c), each escaped as four (vis(3)).
    /// Programs cut their lines (sshd at 1,023 bytes, log.c): where a name could push the true peer beyond the cut, the attacker's
    /// text would be the last. With a name of 800 bytes and what stands around it no line reaches the cut.
    /// </summary>
    public const int LongestUser = 800;

    /// <summary>The longest text of an address: 39 bytes, brackets and a zone id (IFNAMSIZ, 15 bytes).</summary>
    private const int LongestAddress = 64;

    private const int LongestNumber = 18;

    /// <summary>A count is never taken for more: a forged one must not outweigh everything else.</summary>
    private const int LargestCount = 1000;

    private readonly Part[] _head;
    private readonly PartKind? _free;
    private readonly Part[] _middle;
    private readonly PartKind? _secondFree;
    private readonly Part[] _tail;
    private readonly bool _longest;

    // Most heads are one literal.
    private readonly bool _isPlainHead;

    // Most tails are a peer: " from {ip} port {n}" and perhaps one more literal.
    private readonly bool _isPeerTail;

    /// <summary>Makes a template from parts that <see cref="TemplateReader"/> has found to be sound.</summary>
    /// <param name="parts">The parts, in order; no two holes side by side, at most two of them free.</param>
    /// <param name="longest">Whether the first of two free parts ends at the last occurrence of what follows, not at the first.</param>
    public Template(ImmutableArray<Part> parts, bool longest)
    {
        int first = IndexOfFree(parts, 0);
        int second = first < 0 ? -1 : IndexOfFree(parts, first + 1);
        int last = Math.Max(first, second);
        _longest = longest;
        _head = [.. first < 0 ? parts : parts[..first]];
        _free = first < 0 ? null : parts[first].Kind;
        _middle = second < 0 ? [] : [.. parts[(first + 1)..second]];
        _secondFree = second < 0 ? null : parts[second].Kind;
        _tail = first < 0 ? [] : [.. parts[(last + 1)..]];
        _isPeerTail = _tail is [{ EndsWithSpace: true }, { Kind: PartKind.Ip }, { Kind: PartKind.Literal }, { Kind: PartKind.Number }]
            or [{ EndsWithSpace: true }, { Kind: PartKind.Ip }, { Kind: PartKind.Literal }, { Kind: PartKind.Number }, { Kind: PartKind.Literal }];
        _isPlainHead = _head is [{ Kind: PartKind.Literal }];
        Prefix = parts.Length > 0 ? parts[0].Literal : [];
        Suffix = parts.Length > 0 ? parts[^1].Literal : [];
    }

    /// <summary>The bytes that every matching text starts with; empty where the template starts with a hole.</summary>
    public byte[] Prefix { get; }

    /// <summary>The bytes that every matching text ends with; empty where the template ends with a hole.</summary>
    public byte[] Suffix { get; }

    /// <summary>All texts that stand in a text that matches, in order.</summary>
    public IEnumerable<byte[]> Literals => _head.Concat(_middle).Concat(_tail).Where(part => part.Kind == PartKind.Literal).Select(part => part.Literal);

    /// <summary>Holds the template against all of a text.</summary>
    /// <param name="text">The text: any bytes.</param>
    /// <param name="match">Takes what is found; meaningless where nothing is.</param>
    public bool TryMatch(ReadOnlySpan<byte> text, ref TemplateMatch match)
    {
        int from = 0;
        if (_isPlainHead)
        {
            ref readonly Part head = ref _head[0];
            if (!head.IsStartOf(text))
            {
                return false;
            }

            from = head.Literal.Length;
        }
        else if (!Forwards(_head, text, ref from, ref match))
        {
            return false;
        }

        if (_free is not { } free)
        {
            return from == text.Length;
        }

        int to = _isPeerTail ? PeerBackwards(_tail, text, from, ref match) : Backwards(_tail, text, from, ref match);
        if (to < 0)
        {
            return false;
        }

        ReadOnlySpan<byte> between = text[from..to];
        return _secondFree is null ? Fill(free, between, ref match) : Split(between, ref match);
    }

    private bool Split(ReadOnlySpan<byte> text, ref TemplateMatch match)
    {
        byte[] key = _middle[0].Literal;
        int low = 0;
        int high = text.Length;
        while (true)
        {
            int at = _longest ? text[..high].LastIndexOf(key) : text[low..].IndexOf(key);
            if (at < 0)
            {
                return false;
            }

            at += _longest ? 0 : low;
            int end = at;
            if (Forwards(_middle, text, ref end, ref match))
            {
                return Fill(_free!.Value, text[..at], ref match) && Fill(_secondFree!.Value, text[end..], ref match);
            }

            low = at + 1;
            high = at + key.Length - 1;
        }
    }

    private static bool Fill(PartKind free, ReadOnlySpan<byte> text, ref TemplateMatch match)
    {
        if (free == PartKind.User)
        {
            match.User = text;
            return text.Length <= LongestUser;
        }

        return true;
    }

    private static bool Forwards(Part[] parts, ReadOnlySpan<byte> text, ref int at, ref TemplateMatch match)
    {
        for (int i = 0; i < parts.Length; i++)
        {
            ref readonly Part part = ref parts[i];
            ReadOnlySpan<byte> rest = text[at..];
            if (part.Kind == PartKind.Literal)
            {
                if (!part.IsStartOf(rest))
                {
                    return false;
                }

                at += part.Literal.Length;
                continue;
            }

            ReadOnlySpan<byte> next = i + 1 < parts.Length ? parts[i + 1].Literal : default;
            int length = part.Kind switch
            {
                PartKind.Ip => AddressForwards(rest, next, ref match),
                PartKind.Word => WordForwards(rest, next),
                PartKind.Time => TimeForwards(rest, ref match),
                _ => DigitsForwards(rest, part.Kind, ref match),
            };
            if (length == 0)
            {
                return false;
            }

            at += length;
        }

        return true;
    }

    /// <summary>Holds parts against the end of a text.</summary>
    /// <returns>Where they begin; -1 where they do not end the text, or would begin before <paramref name="from"/>.</returns>
    private static int Backwards(Part[] parts, ReadOnlySpan<byte> text, int from, ref TemplateMatch match)
    {
        int to = text.Length;
        for (int i = parts.Length - 1; i >= 0; i--)
        {
            ref readonly Part part = ref parts[i];
            if (part.Kind == PartKind.Literal)
            {
                if (!part.EndsAt(text, to))
                {
                    return -1;
                }

                to -= part.Literal.Length;
            }
            else if (part.Kind is PartKind.Number or PartKind.Count)
            {
                int start = Digits.StartOf(text, to);
                if (start == to || !TakeDigits(text[start..to], part.Kind, ref match))
                {
                    return -1;
                }

                to = start;
            }
            else
            {
                // Before a hole stands a literal, or the free text would not end there.
                int length = part.Kind == PartKind.Ip
                    ? AddressBackwards(text, from, to, in parts[i - 1], ref match)
                    : WordBackwards(text, from, to, in parts[i - 1]);
                if (length <= 0)
                {
                    return -1;
                }

                to -= length;
            }

            if (to < from)
            {
                return -1;
            }
        }

        return to;
    }

    /// <summary>The same as <see cref="Backwards"/> for a literal that ends with a space, an address, a literal, a number, and perhaps a literal.</summary>
    private static int PeerBackwards(Part[] parts, ReadOnlySpan<byte> text, int from, ref TemplateMatch match)
    {
        int to = text.Length;
        if (parts.Length > 4)
        {
            ref readonly Part last = ref parts[4];
            if (!last.EndsAt(text, to))
            {
                return -1;
            }

            to -= last.Literal.Length;
        }

        int number = Digits.StartOf(text, to);
        ref readonly Part between = ref parts[2];
        if (number == to || to - number > LongestNumber || !between.EndsAt(text, number))
        {
            return -1;
        }

        to = number - between.Literal.Length;
        ref readonly Part before = ref parts[0];
        if (to <= from)
        {
            return -1;
        }

        int earliest = Math.Max(from, to - LongestAddress);
        int start = Math.Max(AfterLastSpace(text, earliest, to), earliest);
        if (!before.EndsAt(text, start) || !TryAddress(text[start..to], ref match))
        {
            return -1;
        }

        start -= before.Literal.Length;
        return start < from ? -1 : start;
    }

    /// <summary>A word ends at a space, or where the next literal first stands before one.</summary>
    private static int WordForwards(ReadOnlySpan<byte> text, ReadOnlySpan<byte> next)
    {
        int space = text.IndexOf((byte)' ');
        ReadOnlySpan<byte> run = space < 0 ? text : text[..space];
        if (next.IsEmpty || next[0] == ' ')
        {
            return run.Length;
        }

        // The literal itself may hold a space, so it may reach beyond the run.
        int end = text.IndexOf(next);
        return end > run.Length ? 0 : Math.Max(end, 0);
    }

    /// <summary>The length of the word that ends at a place and begins not before another, after a literal.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int WordBackwards(ReadOnlySpan<byte> text, int from, int to, in Part previous)
    {
        int runStart = Math.Max(AfterLastSpace(text, from, to), from);
        return previous.EndsWithSpace ? to - runStart : WordAfter(text[from..to], runStart - from, previous.Literal);
    }

    /// <summary>The same where the literal does not end with a space: what follows its last occurrence.</summary>
    private static int WordAfter(ReadOnlySpan<byte> text, int runStart, byte[] literal)
    {
        int at = text.LastIndexOf(literal);
        int start = at + literal.Length;
        return at < 0 || start < runStart ? 0 : text.Length - start;
    }

    /// <summary>Where the word starts that ends at a place; before <paramref name="from"/> it may be missed. Words are short: mostly one compare.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int AfterLastSpace(ReadOnlySpan<byte> text, int from, int to)
    {
        int at = to - Vector128<byte>.Count;
        for (; at >= 0 && at + Vector128<byte>.Count > from; at -= Vector128<byte>.Count)
        {
            Vector128<byte> bytes = Vector128.LoadUnsafe(ref MemoryMarshal.GetReference(text), (nuint)at);
            uint spaces = Vector128.Equals(bytes, Vector128.Create((byte)' ')).ExtractMostSignificantBits();
            if (spaces != 0)
            {
                return at + BitOperations.Log2(spaces) + 1;
            }
        }

        return at >= 0 ? from : text[..(at + Vector128<byte>.Count)].LastIndexOf((byte)' ') + 1;
    }

    private static int AddressForwards(ReadOnlySpan<byte> text, ReadOnlySpan<byte> next, ref TemplateMatch match)
    {
        ReadOnlySpan<byte> run = text[..Math.Min(text.Length, LongestAddress)];
        int space = run.IndexOf((byte)' ');
        run = space < 0 ? run : run[..space];
        if (next.IsEmpty || next[0] == ' ')
        {
            return TryAddress(run, ref match) ? run.Length : 0;
        }

        // The longest text that is an address: in 2001:db8::1:4242 the last colon is the one before the port.
        for (int end = run.Length; end > 0; end--)
        {
            if (text[end..].StartsWith(next) && TryAddress(run[..end], ref match))
            {
                return end;
            }
        }

        return 0;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int AddressBackwards(ReadOnlySpan<byte> text, int from, int to, in Part previous, ref TemplateMatch match)
    {
        int length = WordBackwards(text, Math.Max(from, to - LongestAddress), to, in previous);
        return length > 0 && TryAddress(text.Slice(to - length, length), ref match) ? length : 0;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool TryAddress(ReadOnlySpan<byte> text, ref TemplateMatch match) =>
        match.TryReadAddress(text) || TryUnusualAddress(text, ref match);

    /// <summary>In brackets, and with a zone: fe80::1%eth0 (RFC 4007 section 11).</summary>
    private static bool TryUnusualAddress(ReadOnlySpan<byte> text, ref TemplateMatch match)
    {
        if (text.Length > 2 && text[0] == '[' && text[^1] == ']')
        {
            text = text[1..^1];
            if (match.TryReadAddress(text))
            {
                return true;
            }
        }

        int zone = text.IndexOf((byte)'%');
        return zone >= 0 && match.TryReadAddress(text[..zone]);
    }

    private static int TimeForwards(ReadOnlySpan<byte> text, ref TemplateMatch match)
    {
        if (!StampReader.TryRead(text, out _, out int length))
        {
            return 0;
        }

        match.Time = text[..length];
        return length;
    }

    private static int DigitsForwards(ReadOnlySpan<byte> text, PartKind kind, ref TemplateMatch match)
    {
        int length = Digits.AtStart(text);
        return TakeDigits(text[..length], kind, ref match) ? length : 0;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool TakeDigits(ReadOnlySpan<byte> digits, PartKind kind, ref TemplateMatch match)
    {
        if (digits.Length > LongestNumber)
        {
            return false;
        }

        if (kind == PartKind.Count)
        {
            match.Count = (int)Math.Min(Digits.Value(digits), LargestCount);
        }

        return true;
    }

    private static int IndexOfFree(ImmutableArray<Part> parts, int start)
    {
        for (int i = start; i < parts.Length; i++)
        {
            if (parts[i].IsFree)
            {
                return i;
            }
        }

        return -1;
    }
}
