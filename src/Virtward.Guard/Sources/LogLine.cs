using System.Runtime.CompilerServices;
using Virtward.Core.Time;

namespace Virtward.Guard.Sources;

/// <summary>
/// One line of a file, or one entry of the journal, as a source hands it on. It lives on the source's buffer: whoever wants to keep
/// anything of it copies it.
/// </summary>
public readonly ref struct LogLine
{
    /// <summary>A file's line without its line end, or a journal entry's MESSAGE. Any bytes; hostile.</summary>
    public required ReadOnlySpan<byte> Text { get; init; }

    /// <summary>When it was received: the clock's time for a followed file, the journal's realtime stamp, <see cref="UnixTime.None"/> in a replay.</summary>
    public UnixTime Received { get; init; }

    /// <summary>Whether it comes from the journal: then there is no header in <see cref="Text"/>, and the fields below count.</summary>
    public bool FromJournal { get; init; }

    /// <summary>The journal's SYSLOG_IDENTIFIER: chosen by the sender, any local user can forge it.</summary>
    public ReadOnlySpan<byte> Identifier { get; init; }

    /// <summary>The journal's trusted _SYSTEMD_UNIT; empty where it has none.</summary>
    public ReadOnlySpan<byte> Unit { get; init; }

    /// <summary>The journal's trusted _COMM; empty where it has none.</summary>
    public ReadOnlySpan<byte> Command { get; init; }

    /// <summary>The journal's trusted _PID; 0 where unknown.</summary>
    public int ProcessId { get; init; }

    /// <summary>The journal's trusted _UID; -1 where unknown.</summary>
    public int UserId { get; init; }

    /// <summary>A line of a file; a carriage return before the line end belongs to the line end.</summary>
    /// <param name="text">The line without its newline.</param>
    /// <param name="received">When it was received.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LogLine OfFile(ReadOnlySpan<byte> text, UnixTime received) =>
        new() { Text = text is [.., (byte)'\r'] ? text[..^1] : text, Received = received, UserId = -1 };
}
