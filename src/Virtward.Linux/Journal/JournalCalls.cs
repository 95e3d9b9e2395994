using System.Runtime.InteropServices;

namespace Virtward.Linux.Journal;

/// <summary>libsystemd's sd_journal API, sd-journal(3). Every call returns a negative errno on failure.</summary>
internal static unsafe partial class JournalCalls
{
    /// <summary>The library's name; probed before the first call.</summary>
    public const string Library = "libsystemd.so.0";

    /// <summary>SD_JOURNAL_LOCAL_ONLY | SD_JOURNAL_SYSTEM would leave out what user sessions log; LOCAL_ONLY alone keeps it.</summary>
    public const int LocalOnly = 1;

    /// <summary>sd_journal_open(3).</summary>
    [LibraryImport(Library, EntryPoint = "sd_journal_open")]
    public static partial int Open(out nint journal, int flags);

    /// <summary>sd_journal_open_directory(3).</summary>
    [LibraryImport(Library, EntryPoint = "sd_journal_open_directory", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int OpenDirectory(out nint journal, string path, int flags);

    /// <summary>sd_journal_close(3).</summary>
    [LibraryImport(Library, EntryPoint = "sd_journal_close")]
    public static partial void Close(nint journal);

    /// <summary>sd_journal_add_match(3).</summary>
    [LibraryImport(Library, EntryPoint = "sd_journal_add_match")]
    public static partial int AddMatch(nint journal, ReadOnlySpan<byte> data, nuint size);

    /// <summary>sd_journal_add_disjunction(3).</summary>
    [LibraryImport(Library, EntryPoint = "sd_journal_add_disjunction")]
    public static partial int AddDisjunction(nint journal);

    /// <summary>sd_journal_set_data_threshold(3).</summary>
    [LibraryImport(Library, EntryPoint = "sd_journal_set_data_threshold")]
    public static partial int SetDataThreshold(nint journal, nuint size);

    /// <summary>sd_journal_seek_cursor(3).</summary>
    [LibraryImport(Library, EntryPoint = "sd_journal_seek_cursor", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int SeekCursor(nint journal, string cursor);

    /// <summary>sd_journal_seek_realtime_usec(3).</summary>
    [LibraryImport(Library, EntryPoint = "sd_journal_seek_realtime_usec")]
    public static partial int SeekRealtime(nint journal, ulong microseconds);

    /// <summary>sd_journal_test_cursor(3): 1 where the present entry is the cursor's.</summary>
    [LibraryImport(Library, EntryPoint = "sd_journal_test_cursor", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int TestCursor(nint journal, string cursor);

    /// <summary>sd_journal_next(3): 1 on a new entry, 0 at the end.</summary>
    [LibraryImport(Library, EntryPoint = "sd_journal_next")]
    public static partial int Next(nint journal);

    /// <summary>sd_journal_get_data(3): the field as NAME=value; valid until the next call.</summary>
    [LibraryImport(Library, EntryPoint = "sd_journal_get_data")]
    public static partial int GetData(nint journal, ReadOnlySpan<byte> field, out byte* data, out nuint length);

    /// <summary>sd_journal_get_realtime_usec(3).</summary>
    [LibraryImport(Library, EntryPoint = "sd_journal_get_realtime_usec")]
    public static partial int GetRealtime(nint journal, out ulong microseconds);

    /// <summary>sd_journal_get_cursor(3): allocated with malloc(3), for <see cref="Free"/>.</summary>
    [LibraryImport(Library, EntryPoint = "sd_journal_get_cursor")]
    public static partial int GetCursor(nint journal, out byte* cursor);

    /// <summary>sd_journal_get_fd(3).</summary>
    [LibraryImport(Library, EntryPoint = "sd_journal_get_fd")]
    public static partial int GetDescriptor(nint journal);

    /// <summary>sd_journal_get_timeout(3): an absolute CLOCK_MONOTONIC time, or all ones for never.</summary>
    [LibraryImport(Library, EntryPoint = "sd_journal_get_timeout")]
    public static partial int GetTimeout(nint journal, out ulong microseconds);

    /// <summary>sd_journal_process(3): takes notifications, and finds files that came or went.</summary>
    [LibraryImport(Library, EntryPoint = "sd_journal_process")]
    public static partial int Process(nint journal);

    /// <summary>free(3).</summary>
    [LibraryImport("libc", EntryPoint = "free")]
    public static partial void Free(void* memory);
}
