using System.Buffers.Text;
using System.Runtime.InteropServices;
using System.Text;
using Virtward.Core.Host;
using Virtward.Core.Results;
using Virtward.Core.Time;

namespace Virtward.Linux.Journal;

/// <summary>The journal through libsystemd, in process. One thread at a time, as sd-journal(3) wants it.</summary>
public sealed unsafe class LibraryJournalReader : IJournalReader
{
    /// <summary>The longest message that is kept; a longer one is handed on cut and marked so.</summary>
    public const int LongestMessage = 64 * 1024;

    // -EBADMSG: corrupt data.
    private const int BadMessage = -74;
    private const int MostCorrupt = 1000;
    private const int FieldCount = 6;

    private readonly nint _journal;
    private readonly byte[] _buffer = new byte[LongestMessage + 8192];
    private readonly Range[] _fields = new Range[FieldCount];
    private Problem? _trouble;
    private string? _afterCursor;
    private string? _cursor;
    private bool _hasEntry;
    private int _corrupt;

    private LibraryJournalReader(nint journal) => _journal = journal;

    /// <inheritdoc/>
    public int Descriptor => JournalCalls.GetDescriptor(_journal);

    /// <inheritdoc/>
    public TimeSpan Patience => TimeSpan.FromSeconds(1);

    /// <inheritdoc/>
    public bool IsAlive => _corrupt < MostCorrupt;

    /// <inheritdoc/>
    public string? Cursor
    {
        get
        {
            if (_hasEntry && JournalCalls.GetCursor(_journal, out byte* cursor) >= 0)
            {
                _cursor = Marshal.PtrToStringUTF8((nint)cursor);
                JournalCalls.Free(cursor);
                _hasEntry = false;
            }

            return _cursor;
        }
    }

    /// <summary>Opens the journal where a query says; a problem where it cannot be opened at all.</summary>
    public static Result<IJournalReader> Open(JournalQuery query)
    {
        int error = query.Directory is { } directory
            ? JournalCalls.OpenDirectory(out nint journal, directory, 0)
            : JournalCalls.Open(out journal, JournalCalls.LocalOnly);
        if (error < 0)
        {
            return new Problem("cannot open the journal", query.Directory, Marshal.GetPInvokeErrorMessage(-error));
        }

        var reader = new LibraryJournalReader(journal);
        if (reader.Prepare(query) is { } problem)
        {
            reader.Dispose();
            return problem;
        }

        return reader;
    }

    /// <inheritdoc/>
    public bool TryRead(out JournalEntry entry)
    {
        entry = default;
        if (!IsAlive)
        {
            return false;
        }

        int found = Next();
        if (found > 0 && _afterCursor is { } after)
        {
            _afterCursor = null;
            if (JournalCalls.TestCursor(_journal, after) > 0)
            {
                found = Next();
            }
            else
            {
                _trouble = new Problem("the journal does not hold the last entry that was read any more, entries may have been missed", null, "give journald more room with SystemMaxUse=");
            }
        }

        if (found <= 0)
        {
            NoteFailure(found);
            return false;
        }

        _corrupt = 0;
        _hasEntry = true;
        return TryFill(out entry);
    }

    /// <inheritdoc/>
    public Problem? TakeTrouble()
    {
        Problem? trouble = _trouble;
        _trouble = null;
        return trouble;
    }

    /// <inheritdoc/>
    public void Dispose() => JournalCalls.Close(_journal);

    private Problem? Prepare(JournalQuery query)
    {
        // A little more than the longest message, so that a longer one shows.
        _ = JournalCalls.SetDataThreshold(_journal, LongestMessage + 64);
        for (int i = 0; i < query.AnyOf.Length; i++)
        {
            int error = i > 0 ? JournalCalls.AddDisjunction(_journal) : 0;
            foreach (JournalMatch match in query.AnyOf[i])
            {
                byte[] text = Encoding.UTF8.GetBytes(match.ToString());
                error = Math.Min(error, JournalCalls.AddMatch(_journal, text, (nuint)text.Length));
            }

            if (error < 0)
            {
                return new Problem("cannot ask the journal for this", string.Join(' ', query.AnyOf[i]), Marshal.GetPInvokeErrorMessage(-error));
            }
        }

        if (query.AfterCursor is { } cursor)
        {
            if (!cursor.Contains('\0', StringComparison.Ordinal) && JournalCalls.SeekCursor(_journal, cursor) >= 0)
            {
                _afterCursor = _cursor = cursor;
                return null;
            }

            _trouble = new Problem("the saved place in the journal cannot be used, it is read from an earlier time on");
        }

        ulong since = (ulong)Math.Max(0, query.Since.Microseconds);
        int sought = JournalCalls.SeekRealtime(_journal, since);
        return sought < 0 ? new Problem("cannot find a place in the journal", query.Directory, Marshal.GetPInvokeErrorMessage(-sought)) : null;
    }

    /// <summary>Copies the fields of the present entry: the library's memory is good for one call only.</summary>
    private bool TryFill(out JournalEntry entry)
    {
        int used = 0;
        bool isCut = false;
        for (int i = 0; i < _fields.Length; i++)
        {
            _fields[i] = new Range(used, used);
            ReadOnlySpan<byte> name = NameOf(i);
            if (JournalCalls.GetData(_journal, name, out byte* data, out nuint length) < 0 || length < (nuint)name.Length)
            {
                continue;
            }

            // NAME=value; the terminating zero of the name stands for the equals sign in its length.
            var value = new ReadOnlySpan<byte>(data + name.Length, (int)Math.Min(length - (nuint)name.Length, LongestMessage + 64));
            bool isMessage = i == _fields.Length - 1;
            int most = isMessage ? LongestMessage : 1024;
            isCut |= isMessage && value.Length > most;
            value = value[..Math.Min(value.Length, most)];
            value.CopyTo(_buffer.AsSpan(used));
            _fields[i] = new Range(used, used + value.Length);
            used += value.Length;
        }

        int error = JournalCalls.GetRealtime(_journal, out ulong time);
        entry = new JournalEntry
        {
            Identifier = _buffer.AsSpan(_fields[0]),
            Unit = _buffer.AsSpan(_fields[1]),
            Command = _buffer.AsSpan(_fields[2]),
            ProcessId = Number(_buffer.AsSpan(_fields[3]), 0),
            UserId = Number(_buffer.AsSpan(_fields[4]), -1),
            Message = _buffer.AsSpan(_fields[5]),
            IsCut = isCut,
            Time = error < 0 ? UnixTime.None : new UnixTime((long)time),
        };
        return true;
    }

    /// <summary>The next entry; at the end, after the notifications were taken: the descriptor is not readable any more then.</summary>
    private int Next()
    {
        int found = JournalCalls.Next(_journal);
        return found == 0 && JournalCalls.Process(_journal) > 0 ? JournalCalls.Next(_journal) : found;
    }

    private void NoteFailure(int error)
    {
        if (error == 0)
        {
            return;
        }

        // The library steps over what it cannot read; the next call goes on behind it.
        _corrupt++;
        _trouble = error == BadMessage
            ? new Problem("a journal file is damaged, its damaged entries are skipped", null, "see journalctl --verify")
            : new Problem("cannot read the journal", null, Marshal.GetPInvokeErrorMessage(-error));
    }

    private static int Number(ReadOnlySpan<byte> text, int otherwise) =>
        Utf8Parser.TryParse(text, out uint value, out int used) && used == text.Length && value <= int.MaxValue ? (int)value : otherwise;

    /// <summary>The fields in the order of the buffer; the message comes last, for it is what may fill it.</summary>
    private static ReadOnlySpan<byte> NameOf(int field) => field switch
    {
        0 => "SYSLOG_IDENTIFIER\0"u8,
        1 => "_SYSTEMD_UNIT\0"u8,
        2 => "_COMM\0"u8,
        3 => "_PID\0"u8,
        4 => "_UID\0"u8,
        _ => "MESSAGE\0"u8,
    };
}
