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

    /// <summary>A count is never taken for more: a forged one must not outweigh everything else.</summary>
    private const int LargestCount = 1000;

    private readonly Part[] _head;
    private readonly PartKind? _free;
    private readonly Part[] _middle;
    private readonly PartKind? _secondFree;
    private readonly Part[] _tail;
    private readonly bool _longest;

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
    /// <param name="match">What was found; meaningless where nothing was.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryMatch(ReadOnlySpan<byte> text, ref TemplateMatch match)
    {
        int from = 0;
        if (!Forwards(_head, text, ref from, ref match))
        {
            return false;
        }

        if (_free is null)
        {
            return from == text.Length;
        }

        int to = text.Length;
        if (!Backwards(_tail, text, from, ref to, ref match))
        {
            return false;
        }

        ReadOnlySpan<byte> between = text[from..to];
        return _secondFree is null ? Fill(_free.Value, between, ref match) : Split(between, ref match);
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

    private static bool Backwards(Part[] parts, ReadOnlySpan<byte> text, int from, ref int to, ref TemplateMatch match)
    {
        for (int i = parts.Length - 1; i >= 0; i--)
        {
            ref readonly Part part = ref parts[i];
            ReadOnlySpan<byte> rest = text[from..to];
            if (part.Kind == PartKind.Literal)
            {
                if (!part.IsEndOf(rest))
                {
                    return false;
                }

                to -= part.Literal.Length;
                continue;
            }

            // Before a hole stands a literal, or the free text would not end there.
            ref readonly Part previous = ref parts[i - 1];
            int length = part.Kind switch
            {
                PartKind.Ip => AddressBackwards(rest, in previous, ref match),
                PartKind.Word => WordBackwards(rest, in previous),
                _ => DigitsBackwards(rest, part.Kind, ref match),
            };
            if (length == 0)
            {
                return false;
            }

            to -= length;
        }

        return true;
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

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int WordBackwards(ReadOnlySpan<byte> text, in Part previous)
    {
        int runStart = AfterLastSpace(text);
        if (previous.EndsWithSpace)
        {
            return text.Length - runStart;
        }

        int literal = text.LastIndexOf(previous.Literal);
        int start = literal + previous.Literal.Length;
        return literal < 0 || start < runStart ? 0 : text.Length - start;
    }

    /// <summary>Where the last word starts. Words are short: mostly one compare.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int AfterLastSpace(ReadOnlySpan<byte> text)
    {
        int end = text.Length - Vector128<byte>.Count;
        if (end >= 0)
        {
            Vector128<byte> last = Vector128.LoadUnsafe(ref MemoryMarshal.GetReference(text), (nuint)end);
            uint spaces = Vector128.Equals(last, Vector128.Create((byte)' ')).ExtractMostSignificantBits();
            if (spaces != 0)
            {
                return end + BitOperations.Log2(spaces) + 1;
            }
        }

        return text.LastIndexOf((byte)' ') + 1;
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
    private static int AddressBackwards(ReadOnlySpan<byte> text, in Part previous, ref TemplateMatch match)
    {
        int length = Math.Min(text.Length, LongestAddress);
        length = WordBackwards(text[(text.Length - length)..], in previous);
        return TryAddress(text[(text.Length - length)..], ref match) ? length : 0;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool TryAddress(ReadOnlySpan<byte> text, ref TemplateMatch match)
    {
        if (text.Length > 2 && text[0] == '[' && text[^1] == ']')
        {
            text = text[1..^1];
        }

        if (match.TryReadAddress(text))
        {
            return true;
        }

        // RFC 4007 section 11: fe80::1%eth0.
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

    private static int DigitsForwards(ReadOnlySpan<byte> text, PartKind kind, ref TemplateMatch match) =>
        TakeDigits(text[..Digits.AtStart(text)], kind, ref match);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int DigitsBackwards(ReadOnlySpan<byte> text, PartKind kind, ref TemplateMatch match) =>
        TakeDigits(text[^Digits.AtEnd(text)..], kind, ref match);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int TakeDigits(ReadOnlySpan<byte> digits, PartKind kind, ref TemplateMatch match)
    {
        if (digits.Length > 18)
        {
            return 0;
        }

        if (kind == PartKind.Count)
        {
            match.Count = (int)Math.Min(Digits.Value(digits), LargestCount);
        }

        return digits.Length;
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
