using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Virtward.Guard.Sources;

namespace Virtward.Guard.Filters.Headers;

/// <summary>
/// Takes a line apart: an optional <c>&lt;pri&gt;</c>, a stamp, the host, <c>program[pid]:</c> and the message (RFC 3164 as rsyslog
/// writes it, the same with an RFC 3339 or epoch stamp, and RFC 5424). Only shapes are looked at here; the stamp's value is read by
/// <see cref="StampClock"/> when a rule has matched.
/// </summary>
public static class HeaderReader
{
    private const int MostRepeats = 10_000;

    // PID_MAX_LIMIT is 4,194,304 (proc(5)); nine digits fit an int.
    internal const int LongestProcessId = 9;

    private static ReadOnlySpan<byte> RepeatedStart => "message repeated "u8;

    /// <summary>Takes a line or a journal entry apart.</summary>
    /// <param name="line">The line.</param>
    /// <param name="entry">The parts; without a header, all of the text is the message.</param>
    public static void Read(in LogLine line, out LogEntry entry)
    {
        ReadSender(line, null, out entry);
        ReadMessage(ref entry);
    }

    /// <summary>The first half of <see cref="Read"/>, up to the program: enough to know whether anybody wants the line.</summary>
    /// <param name="line">The line.</param>
    /// <param name="memory">The sender of the last line, and then of this one; null where none is kept.</param>
    /// <param name="entry">The stamp, the host and the program; complete after <see cref="ReadMessage"/>.</param>
    public static void ReadSender(in LogLine line, SenderMemory? memory, out LogEntry entry)
    {
        ReadOnlySpan<byte> text = WithoutEnd(line.Text);
        entry = default;
        entry.Text = text;
        entry.Message = text;
        entry.Repeats = 1;
        entry.Received = line.Received;
        if (!line.FromJournal)
        {
            ReadHeader(text, memory, ref entry);
            return;
        }

        memory?.Forget();
        entry.Program = line.Identifier;
        entry.JournalProcessId = line.ProcessId;
        entry.HasHeader = true;
    }

    /// <summary>The second half of <see cref="Read"/>: the process id and the message.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void ReadMessage(ref LogEntry entry)
    {
        if (entry.TagEnd > 0)
        {
            ReadProcessId(entry.TagEnd, ref entry);
            entry.TagEnd = 0;
        }

        // rsyslog folds repeats into "message repeated N times: [ message]".
        if (entry.Message.StartsWith(RepeatedStart) && entry.Message[^1] == ']')
        {
            Unwrap(ref entry);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void ReadHeader(ReadOnlySpan<byte> text, SenderMemory? memory, ref LogEntry entry)
    {
        int at = 0;
        if (text.Length > 0 && text[0] == '<')
        {
            at = AfterPriority(text);
            if (at > 0 && at + 1 < text.Length && text[at] == '1' && text[at + 1] == ' ')
            {
                memory?.Forget();
                ReadRfc5424(text, at + 2, ref entry);
                return;
            }
        }

        int stampEnd = StampEnd(text, at);
        if (stampEnd >= 0 && memory is not null && memory.TryRecall(text, stampEnd, ref entry))
        {
            entry.StampPlace = (at, stampEnd);
            entry.HasHeader = true;
            return;
        }

        memory?.Forget();
        if (stampEnd < 0)
        {
            return;
        }

        int host = stampEnd + 1;
        int hostEnd = host + LengthTo(text[host..], (byte)' ', (byte)' ', (byte)' ');
        if (hostEnd == host || hostEnd + 1 >= text.Length)
        {
            return;
        }

        // Some devices leave the host out: "Nov  1 08:02:03 sshd[1]: message".
        bool noHost = text[hostEnd - 1] == ':';
        int tag = noHost ? host : hostEnd + 1;
        int tagEnd = tag + LengthTo(text[tag..], (byte)'[', (byte)':', (byte)' ');
        if (tagEnd == tag || tagEnd >= text.Length || text[tagEnd] == ' ')
        {
            return;
        }

        entry.StampPlace = (at, stampEnd);
        entry.HostPlace = noHost ? default : (host, hostEnd);
        entry.Program = text[tag..tagEnd];
        entry.TagEnd = tagEnd;
        entry.HasHeader = true;
        if (!noHost)
        {
            // Without one it takes more than the tag to tell that it is the tag.
            memory?.Keep(text, stampEnd, entry);
        }
    }

    /// <summary>A line without a carriage return and spaces at its end.</summary>
    private static ReadOnlySpan<byte> WithoutEnd(ReadOnlySpan<byte> text)
    {
        int length = text.Length;
        while (length > 0 && text[length - 1] is (byte)' ' or (byte)'\r')
        {
            length--;
        }

        return text[..length];
    }

    /// <summary>Where the stamp that starts at <paramref name="at"/> ends, at a space; -1 where there is no stamp.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int StampEnd(ReadOnlySpan<byte> text, int at)
    {
        ReadOnlySpan<byte> rest = text[at..];
        if (rest.Length < 16)
        {
            return -1;
        }

        if (StampReader.IsClassic(rest))
        {
            return at + StampReader.ClassicLength;
        }

        if (!IsDigit(rest[0]))
        {
            return -1;
        }

        if (rest[4] == '-' && rest[10] == ' ')
        {
            int end = rest[11..].IndexOf((byte)' ');
            return end < 8 ? -1 : at + 11 + end;
        }

        int space = rest.IndexOf((byte)' ');
        bool iso = rest[4] == '-' && rest[10] is (byte)'T' or (byte)'t' && space >= 19;
        return iso || (space >= 9 && IsDigit(rest[4])) ? at + space : -1;
    }

    /// <summary>The bytes before the first of three stops; all where there is none. Hosts and tags are short: mostly one compare.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int LengthTo(ReadOnlySpan<byte> text, byte stop, byte orStop, byte orOther)
    {
        if (text.Length >= Vector128<byte>.Count)
        {
            Vector128<byte> first = Vector128.LoadUnsafe(ref MemoryMarshal.GetReference(text));
            uint stops = (Vector128.Equals(first, Vector128.Create(stop))
                | Vector128.Equals(first, Vector128.Create(orStop))
                | Vector128.Equals(first, Vector128.Create(orOther))).ExtractMostSignificantBits();
            if (stops != 0)
            {
                return BitOperations.TrailingZeroCount(stops);
            }
        }

        int end = text.IndexOfAny(stop, orStop, orOther);
        return end < 0 ? text.Length : end;
    }

    /// <summary>Reads <c>[pid]: </c> or <c>: </c> after a tag; where there is neither, it was no header.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void ReadProcessId(int at, ref LogEntry entry)
    {
        ReadOnlySpan<byte> text = entry.Text;
        if (text[at] == '[')
        {
            int start = at + 1;
            at = start + Digits.AtStart(text[start..]);
            if (at + 1 >= text.Length || text[at] != ']' || text[at + 1] != ':' || at - start > LongestProcessId)
            {
                entry.HasHeader = false;
                return;
            }

            entry.ProcessPlace = (start, at);
            at++;
        }

        entry.Message = AfterSpaces(text, at + 1);
    }

    /// <summary>STAMP HOST APP PROCID MSGID SD MSG (RFC 5424 section 6); a nil value is a hyphen.</summary>
    private static void ReadRfc5424(ReadOnlySpan<byte> text, int at, ref LogEntry entry)
    {
        int stampStart = at;
        ReadOnlySpan<byte> stamp = NextWord(text, ref at);
        int hostStart = at;
        ReadOnlySpan<byte> host = NextWord(text, ref at);
        ReadOnlySpan<byte> program = NextWord(text, ref at);
        int processStart = at;
        ReadOnlySpan<byte> process = NextWord(text, ref at);
        ReadOnlySpan<byte> messageId = NextWord(text, ref at);
        int dataEnd = AfterStructuredData(text, at);
        if (messageId.IsEmpty || dataEnd < 0)
        {
            return;
        }

        entry.StampPlace = stamp is [(byte)'-'] ? default : (stampStart, stampStart + stamp.Length);
        entry.HostPlace = host is [(byte)'-'] ? default : (hostStart, hostStart + host.Length);
        entry.Program = program is [(byte)'-'] ? default : program;
        if (process.Length <= LongestProcessId && Digits.AtStart(process) == process.Length)
        {
            entry.ProcessPlace = (processStart, processStart + process.Length);
        }

        entry.Message = AfterSpaces(text, dataEnd);
        entry.HasHeader = true;

        // The message may announce itself as UTF-8 with a byte order mark (section 6.4).
        if (entry.Message.StartsWith("\uFEFF"u8))
        {
            entry.Message = entry.Message[3..];
        }
    }

    /// <summary>The text up to the next space, which is passed over; empty where there is none, and then so are all that follow.</summary>
    private static ReadOnlySpan<byte> NextWord(ReadOnlySpan<byte> text, scoped ref int at)
    {
        int length = text[at..].IndexOf((byte)' ');
        if (length <= 0)
        {
            at = text.Length;
            return default;
        }

        ReadOnlySpan<byte> word = text.Slice(at, length);
        at += length + 1;
        return word;
    }

    /// <summary>
    /// Where <c>-</c> or <c>[id name="value"]…</c> ends, in whose values <c>\"</c>, <c>\\</c> and <c>\]</c> are escaped; -1 where there is
    /// no such thing.
    /// </summary>
    private static int AfterStructuredData(ReadOnlySpan<byte> text, int start)
    {
        int at = start;
        if (at < text.Length && text[at] == '-')
        {
            at++;
        }

        bool inside = false;
        bool quoted = false;
        for (; at < text.Length && (inside || text[at] == '['); at++)
        {
            byte c = text[at];
            if (quoted)
            {
                at += c == '\\' ? 1 : 0;
                quoted = c != '"';
            }
            else
            {
                quoted = inside && c == '"';
                inside = c != ']';
            }
        }

        bool ends = at == text.Length || (at < text.Length && text[at] == ' ');
        return at > start && ends && !inside ? at : -1;
    }

    /// <summary>Where the text after <c>&lt;pri&gt;</c> starts (up to three digits); 0 where there is no such thing.</summary>
    private static int AfterPriority(ReadOnlySpan<byte> text)
    {
        int at = 1;
        while (at < text.Length && at < 4 && IsDigit(text[at]))
        {
            at++;
        }

        return at > 1 && at < text.Length && text[at] == '>' ? at + 1 : 0;
    }

    /// <summary>Opens a repeated message, once: what is inside is not looked into again.</summary>
    private static void Unwrap(ref LogEntry entry)
    {
        ReadOnlySpan<byte> message = entry.Message;
        int at = RepeatedStart.Length;
        int count = 0;
        for (; at < message.Length && IsDigit(message[at]); at++)
        {
            count = Math.Min((count * 10) + message[at] - '0', MostRepeats);
        }

        ReadOnlySpan<byte> after = message[at..];
        if (count == 0 || !after.StartsWith(" times: ["u8))
        {
            return;
        }

        entry.Message = AfterSpaces(after[..^1], 9);
        entry.Repeats = count;
    }

    private static ReadOnlySpan<byte> AfterSpaces(ReadOnlySpan<byte> text, int at)
    {
        while (at < text.Length && text[at] == ' ')
        {
            at++;
        }

        return text[at..];
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsDigit(byte c) => (uint)(c - '0') <= 9;
}
