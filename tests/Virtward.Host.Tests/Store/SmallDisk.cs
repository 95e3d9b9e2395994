using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using Xunit;

namespace Virtward.Host.Tests.Store;

/// <summary>A file system of one megabyte that can really be full: a tmpfs that only one thread sees, in a mount namespace of its own.</summary>
internal static partial class SmallDisk
{
    private const int NewMountNamespace = 0x00020000; // CLONE_NEWNS; unshare(2): implies a file system context of the thread's own
    private const ulong RecursivePrivate = 0x4000 | 0x40000; // MS_REC | MS_PRIVATE

    /// <summary>Runs a test on it, and throws what the test throws. The disk is gone with its thread.</summary>
    public static void Use(Action<string> test)
    {
        DirectoryInfo mountPoint = Directory.CreateTempSubdirectory("virtward-disk-");
        ExceptionDispatchInfo? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                bool mounted = Unshare(NewMountNamespace) == 0
                    && Mount("none", "/", null, RecursivePrivate, null) == 0
                    && Mount("tmpfs", mountPoint.FullName, "tmpfs", 0, "size=1m") == 0;
                Assert.SkipUnless(mounted, "a mount namespace needs root");
                test(mountPoint.FullName);
            }
#pragma warning disable CA1031 // Whatever the test throws belongs to the thread that waits for it.
            catch (Exception error)
#pragma warning restore CA1031
            {
                failure = ExceptionDispatchInfo.Capture(error);
            }
        });
        thread.Start();
        thread.Join();
        mountPoint.Delete(recursive: true);
        failure?.Throw();
    }

    [LibraryImport("libc", EntryPoint = "unshare", SetLastError = true)]
    private static partial int Unshare(int flags);

    [LibraryImport("libc", EntryPoint = "mount", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int Mount(string source, string target, string? type, ulong flags, string? data);
}
