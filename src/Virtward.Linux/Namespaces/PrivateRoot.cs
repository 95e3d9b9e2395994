using System.Collections.Immutable;
using Virtward.Core.Results;

namespace Virtward.Linux.Namespaces;

/// <summary>
/// Gives the calling process, which must already be alone in a mount namespace, directories of its own where programs such as sshd
/// write: <c>/run</c>, <c>/var/log</c> (btmp, lastlog) and <c>/dev</c> (its log socket) are empty memory, and chosen files of
/// <c>/etc</c> are replaced. All of it is gone with the last process of the namespace, whatever ends that.
/// </summary>
public static class PrivateRoot
{
    private static readonly ImmutableArray<string> Devices = ["null", "zero", "full", "random", "urandom", "tty"];

    /// <summary>Puts the private directories in place.</summary>
    public static Result<Done> Prepare()
    {
        // Right process numbers where the kernel lets us. Inside some containers a fresh /proc is refused because the old one is
        // partly covered (mount_too_revealing in fs/namespace.c); the old one serves too.
        _ = NamespaceNative.Mount("proc", "/proc", "proc", 0, null);
        return Temporary("/run", "mode=755") is { IsOk: false } run ? run
            : Temporary("/var/log", "mode=755") is { IsOk: false } log ? log
            : PrepareDevices();
    }

    /// <summary>Covers an existing file with another one.</summary>
    public static Result<Done> Cover(string target, string source) =>
        NamespaceNative.Mount(source, target, null, NamespaceNative.MountBind, null) == 0
            ? new Done()
            : new Problem($"cannot cover the file in the private mount namespace ({NamespaceNative.LastError()})", target);

    private static Result<Done> Temporary(string target, string options) =>
        NamespaceNative.Mount("tmpfs", target, "tmpfs", 0, options) == 0
            ? new Done()
            : new Problem($"cannot mount private memory ({NamespaceNative.LastError()})", target);

    private static Result<Done> PrepareDevices()
    {
        // Nodes cannot be made in a user namespace (mknod needs the initial one), but existing ones can be bound.
        const string staging = "/run/dev";
        Directory.CreateDirectory(staging);
        if (Temporary(staging, "mode=755") is { IsOk: false } failed)
        {
            return failed;
        }

        foreach (string device in Devices)
        {
            if (File.Exists($"/dev/{device}"))
            {
                File.WriteAllText($"{staging}/{device}", "");
                if (Cover($"{staging}/{device}", $"/dev/{device}") is { IsOk: false } uncovered)
                {
                    return uncovered;
                }
            }
        }

        File.CreateSymbolicLink($"{staging}/fd", "/proc/self/fd");
        return NamespaceNative.Mount(staging, "/dev", null, NamespaceNative.MountMove, null) == 0
            ? new Done()
            : new Problem($"cannot put a private /dev in place ({NamespaceNative.LastError()})", "/dev");
    }
}
