using System.Reflection;
using System.Runtime.InteropServices;

namespace Virtward.Linux;

/// <summary>
/// Loads a native library that the published program carries in itself, from memory: a sealed memfd (memfd_create(2)), never a file
/// that somebody else could have put in place.
/// </summary>
public static partial class BundledLibrary
{
    private const uint CloseOnExec = 1;
    private const uint AllowSealing = 2;
    private const int AddSeals = 1033;
    private const int SealEverything = 0x1 | 0x2 | 0x4 | 0x8;

    /// <summary>
    /// Makes imports of <paramref name="library"/> by <paramref name="importer"/> resolve to the resource of that name in
    /// <paramref name="carrier"/>. Without the resource (an ordinary build) nothing changes.
    /// </summary>
    /// <param name="importer">The assembly whose imports are meant.</param>
    /// <param name="library">The name in its <c>DllImport</c>.</param>
    /// <param name="carrier">The assembly that holds the resource.</param>
    /// <param name="resource">The resource's name.</param>
    public static void Register(Assembly importer, string library, Assembly carrier, string resource)
    {
        using (Stream? probe = carrier.GetManifestResourceStream(resource))
        {
            if (probe is null)
            {
                return;
            }
        }

        var loaded = new Lazy<nint>(() => Load(carrier, resource));
        NativeLibrary.SetDllImportResolver(importer, (name, _, _) => name == library ? loaded.Value : 0);
    }

    private static nint Load(Assembly carrier, string resource)
    {
        using Stream bytes = carrier.GetManifestResourceStream(resource)
            ?? throw new InvalidOperationException($"the resource '{resource}' is gone");
        int fd = MemfdCreate(resource, CloseOnExec | AllowSealing);
        if (fd < 0)
        {
            throw new DllNotFoundException($"memfd_create failed with errno {Marshal.GetLastPInvokeError()}: '{resource}' cannot be loaded");
        }

        using var memory = new FileStream(new Microsoft.Win32.SafeHandles.SafeFileHandle(fd, ownsHandle: true), FileAccess.Write, bufferSize: 0);
        bytes.CopyTo(memory);
        _ = Fcntl(fd, AddSeals, SealEverything);
        return NativeLibrary.Load($"/proc/self/fd/{fd}");
    }

    [LibraryImport("libc", EntryPoint = "memfd_create", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int MemfdCreate(string name, uint flags);

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    private static partial int Fcntl(int fd, int command, int argument);
}
