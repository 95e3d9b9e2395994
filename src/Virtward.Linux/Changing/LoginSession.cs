using System.Runtime.InteropServices;
using Virtward.Core.Net;
using Virtward.Linux.Journal;

namespace Virtward.Linux.Changing;

/// <summary>
/// The login session that this process is of, by libsystemd's sd-login(3): systemd-logind knows it by its control group, which a process keeps when it leaves its terminal, its parents and
/// its environment behind.
/// </summary>
internal static unsafe partial class LoginSession
{
    /// <summary>Where whoever logged in came from; null: from no other machine, or it is not known (no logind, no session, a name in place of an address).</summary>
    public static Address? From()
    {
        if (!NativeLibrary.TryLoad(JournalCalls.Library, out _) || SessionOf(0, out byte* session) < 0)
        {
            return null;
        }

        byte* host = null;
        try
        {
            // A link-local address has its interface behind it.
            return RemoteHostOf(session, out host) >= 0 && Address.TryParse(Marshal.PtrToStringUTF8((nint)host)?.Split('%')[0], out Address from) ? from : null;
        }
        finally
        {
            NativeMemory.Free(host);
            NativeMemory.Free(session);
        }
    }

    // sd_pid_get_session(3), of this process for 0; the text is allocated with malloc(3).
    [LibraryImport(JournalCalls.Library, EntryPoint = "sd_pid_get_session")]
    private static partial int SessionOf(int process, out byte* session);

    // sd_session_get_remote_host(3), allocated likewise.
    [LibraryImport(JournalCalls.Library, EntryPoint = "sd_session_get_remote_host")]
    private static partial int RemoteHostOf(byte* session, out byte* host);
}
