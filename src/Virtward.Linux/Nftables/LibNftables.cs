using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Virtward.Core.Results;

namespace Virtward.Linux.Nftables;

/// <summary>
/// Runs scripts in process, through libnftables(3). A context is bound to the network namespace of the thread that made it, and is used
/// by one caller at a time.
/// </summary>
public sealed partial class LibNftables : INftRunner
{
    private const string Library = "libnftables.so.1";

    // The library waits for answers with select(2), whose sets hold descriptors below FD_SETSIZE (1,024); a greater one ends the program (glibc, __fdelt_chk). Some are left to spare:
    // other threads open files meanwhile.
    private const int DescriptorLimit = 1000;

    private readonly Lock _lock = new();
    private nint _context;

    private LibNftables(nint context) => _context = context;

    /// <summary>Makes a context; null where the library is not installed, or where so many files are open that it could not wait for an answer.</summary>
    public static LibNftables? TryOpen()
    {
        if (!IsBelowLimit() || !NativeLibrary.TryLoad(Library, typeof(LibNftables).Assembly, null, out _))
        {
            return null;
        }

        nint context = NewContext(0);
        if (context == 0 || BufferOutput(context) != 0 || BufferError(context) != 0)
        {
            return null;
        }

        return new LibNftables(context);
    }

    /// <inheritdoc/>
    public Result<Done> Run(string script)
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_context == 0, this);
            return RunCommand(_context, script) == 0
                ? default(Done)
                : NftError.Read(Marshal.PtrToStringUTF8(ErrorText(_context)) ?? "");
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_lock)
        {
            if (_context != 0)
            {
                FreeContext(_context);
                _context = 0;
            }
        }
    }

    // A new descriptor is the lowest one that is free (open(2)); where there is none at all, what comes next says so.
    private static bool IsBelowLimit()
    {
        try
        {
            using SafeFileHandle one = File.OpenHandle("/dev/null");
            return one.DangerousGetHandle() < DescriptorLimit;
        }
        catch (IOException)
        {
            return false;
        }
    }

    [LibraryImport(Library, EntryPoint = "nft_ctx_new")]
    private static partial nint NewContext(uint flags);

    [LibraryImport(Library, EntryPoint = "nft_ctx_free")]
    private static partial void FreeContext(nint context);

    [LibraryImport(Library, EntryPoint = "nft_ctx_buffer_output")]
    private static partial int BufferOutput(nint context);

    [LibraryImport(Library, EntryPoint = "nft_ctx_buffer_error")]
    private static partial int BufferError(nint context);

    [LibraryImport(Library, EntryPoint = "nft_ctx_get_error_buffer")]
    private static partial nint ErrorText(nint context);

    [LibraryImport(Library, EntryPoint = "nft_run_cmd_from_buffer", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int RunCommand(nint context, string script);
}
