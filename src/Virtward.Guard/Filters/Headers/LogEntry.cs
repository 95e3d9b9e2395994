using Virtward.Core.Time;

namespace Virtward.Guard.Filters.Headers;

/// <summary>A line taken apart: who wrote it, on which host, and what. It lives on the line's memory.</summary>
public ref struct LogEntry
{
    /// <summary>The whole line, without a carriage return or spaces at its end.</summary>
    public ReadOnlySpan<byte> Text { get; set; }

    /// <summary>The syslog tag or the journal's identifier, without the process id; empty where there is no header.</summary>
    public ReadOnlySpan<byte> Program { get; set; }

    /// <summary>The message after the header; the whole text where there is no header.</summary>
    public ReadOnlySpan<byte> Message { get; set; }

    /// <summary>When it was received; <see cref="UnixTime.None"/> in a replay.</summary>
    public UnixTime Received { get; set; }

    /// <summary>Where the stamp is in <see cref="Text"/>.</summary>
    public (int Start, int End) StampPlace { get; set; }

    /// <summary>Where the host's name is in <see cref="Text"/>.</summary>
    public (int Start, int End) HostPlace { get; set; }

    /// <summary>Where the tag ends in <see cref="Text"/>, while its process id and the message are still to be read; 0 when they are.</summary>
    public int TagEnd { get; set; }

    /// <summary>Where the tag's process id is in <see cref="Text"/>; empty where it has none.</summary>
    public (int Start, int End) ProcessPlace { get; set; }

    /// <summary>The journal's process id; 0 for a line of a file.</summary>
    public int JournalProcessId { get; set; }

    /// <summary>How often the line stands for its message: more than 1 for "message repeated 4 times".</summary>
    public int Repeats { get; set; }

    /// <summary>Whether a header was found, or the journal delivered the parts.</summary>
    public bool HasHeader { get; set; }

    /// <summary>Whether host and program are known to be those of the line before.</summary>
    public bool IsSameSender { get; set; }

    /// <summary>The <see cref="HostHash"/> where it is known already; 0: it is not.</summary>
    public ulong KnownHostHash { get; set; }

    /// <summary>The host's name as a number.</summary>
    public readonly ulong HostHash => KnownHostHash != 0 ? KnownHostHash : Headers.HostHash.Of(Host);

    /// <summary>The program and what follows it in <see cref="Text"/>, while <see cref="TagEnd"/> tells where that is.</summary>
    public readonly ReadOnlySpan<byte> FromProgram => TagEnd > 0 ? Text[(TagEnd - Program.Length)..] : Program;

    /// <summary>The stamp's text, as <see cref="StampReader"/> reads it; empty for the journal and for lines without a header.</summary>
    public readonly ReadOnlySpan<byte> Stamp => Text[StampPlace.Start..StampPlace.End];

    /// <summary>The process id of the tag, or the journal's; 0 where there is none.</summary>
    public readonly int ProcessId => ProcessPlace.End > 0 ? (int)Digits.Value(Text, ProcessPlace.Start, ProcessPlace.End) : JournalProcessId;

    /// <summary>The host's name; empty where there is none.</summary>
    public readonly ReadOnlySpan<byte> Host => Text[HostPlace.Start..HostPlace.End];
}
