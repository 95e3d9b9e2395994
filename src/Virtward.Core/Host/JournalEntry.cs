using Virtward.Core.Time;

namespace Virtward.Core.Host;

/// <summary>
/// One entry of the journal. It lives on the reader's buffer until the next one is read. Fields that begin with an underscore are
/// put there by journald and can be trusted, the others are the sender's (systemd.journal-fields(7)).
/// </summary>
public readonly ref struct JournalEntry
{
    /// <summary>MESSAGE: any bytes; hostile. Empty where the entry has none.</summary>
    public ReadOnlySpan<byte> Message { get; init; }

    /// <summary>Whether the message was longer than the reader keeps, so that <see cref="Message"/> is only its beginning.</summary>
    public bool IsCut { get; init; }

    /// <summary>SYSLOG_IDENTIFIER, chosen by the sender.</summary>
    public ReadOnlySpan<byte> Identifier { get; init; }

    /// <summary>_SYSTEMD_UNIT.</summary>
    public ReadOnlySpan<byte> Unit { get; init; }

    /// <summary>_COMM.</summary>
    public ReadOnlySpan<byte> Command { get; init; }

    /// <summary>_PID; 0 where unknown.</summary>
    public int ProcessId { get; init; }

    /// <summary>_UID; -1 where unknown.</summary>
    public int UserId { get; init; }

    /// <summary>__REALTIME_TIMESTAMP: when journald received it.</summary>
    public UnixTime Time { get; init; }
}
