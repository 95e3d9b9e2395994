using System.Net.Sockets;
using System.Runtime.InteropServices;
using Virtward.Core.Results;

namespace Virtward.Linux.Control;

/// <summary>The control socket's place in the file system: cleared before it is bound, opened to the group virtward after.</summary>
public static partial class ControlSocket
{
    private const string GroupName = "virtward";

    /// <summary>
    /// Removes the socket that a daemon before us left behind, after trying whether one still listens. The folder is made where it is
    /// missing (0750).
    /// </summary>
    public static Result<Done> Prepare(string path)
    {
        // sun_path holds 108 bytes with the final NUL (unix(7)).
        if (System.Text.Encoding.UTF8.GetByteCount(path) > 107)
        {
            return new Problem("the control socket's path is longer than 107 bytes", path, "choose a shorter --state folder");
        }

        try
        {
            string? folder = Path.GetDirectoryName(path);
            if (!string.IsNullOrEmpty(folder) && !Directory.Exists(folder))
            {
                Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
                    | UnixFileMode.GroupRead | UnixFileMode.GroupExecute);
            }

            if (!File.Exists(path))
            {
                return new Done();
            }

            if (IsAlive(path))
            {
                return new Problem("another Virtward is at work here", path, "stop it first, or give this one a --state folder of its own");
            }

            File.Delete(path);
            return new Done();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new Problem($"cannot make room for the control socket ({e.Message})", path);
        }
    }

    /// <summary>Lets root and the group virtward in (0660); where there is no such group, only root (or whoever started us).</summary>
    public static Result<Done> OpenToGroup(string path)
    {
        uint? group = FindGroup();
        if (group is uint id && LChown(path, uint.MaxValue, id) != 0)
        {
            // Not root, and not a member: the socket stays ours alone, which is safe.
            group = null;
        }

        const UnixFileMode owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        try
        {
            File.SetUnixFileMode(path, group is null ? owner : owner | UnixFileMode.GroupRead | UnixFileMode.GroupWrite);
            return new Done();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new Problem($"cannot set the control socket's mode ({e.Message})", path);
        }
    }

    private static bool IsAlive(string path)
    {
        using var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            probe.Connect(new UnixDomainSocketEndPoint(path));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    // group(5): name:password:gid:members. Read by hand, because getgrnam would load the host's NSS modules into a root daemon.
    private static uint? FindGroup()
    {
        try
        {
            foreach (string line in File.ReadLines("/etc/group"))
            {
                string[] fields = line.Split(':');
                if (fields.Length >= 3 && fields[0] == GroupName && uint.TryParse(fields[2], out uint id))
                {
                    return id;
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }

        return null;
    }

    [LibraryImport("libc", EntryPoint = "lchown", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int LChown(string path, uint owner, uint group);
}
