using System.Globalization;
using Virtward.Core.Net;

namespace Virtward.Linux.Network;

/// <summary>
/// The peers of SSH sessions that have logged in, from what the kernel says of sshd's processes alone. Process titles
/// (<c>sshd: user@pts/0</c>) hold a user name that an unauthenticated peer chooses, and so are not read.
/// <para>
/// A connection's socket is held by a process of sshd. Before authentication that is the monitor (root) and its child, confined to an empty
/// root directory as user sshd. After it, a user's session runs in a child of the monitor under the user's own id, in the real root
/// directory; root's own session in the monitor itself, whose children lead sessions of their own (setsid(2)), which no helper before
/// authentication does. The parent must be root's sshd: a user's own sshd on a high port proves nothing.
/// </para>
/// </summary>
/// <param name="root">The root directory, "/" for the host's own.</param>
public sealed class SshSessions(string root)
{
    private static readonly string[] Programs = ["sshd", "sshd-session"];

    /// <summary>Finds the peers among the host's connected sockets.</summary>
    public HashSet<Address> Peers(IReadOnlyList<TcpSocket> sockets)
    {
        Dictionary<uint, Address> byInode = [];
        foreach (TcpSocket socket in sockets)
        {
            byInode[socket.Inode] = socket.Remote;
        }

        Dictionary<int, ProcessFacts> processes = Processes();
        ILookup<int, ProcessFacts> children = processes.Values.ToLookup(static process => process.Parent);
        int confined = UserId("sshd");
        HashSet<Address> peers = [];
        foreach (ProcessFacts process in processes.Values)
        {
            bool isSession = process.IsSshd
                && processes.TryGetValue(process.Parent, out ProcessFacts? parent) && parent.IsSshd && parent.User == 0
                && (process.User == 0
                    ? children[process.Id].Any(static child => !child.IsSshd && child.Session == child.Id)
                    : process.User != confined && HasRealRoot(process.Id));
            if (isSession)
            {
                peers.UnionWith(Sockets(process.Id).Where(byInode.ContainsKey).Select(inode => byInode[inode]));
            }
        }

        return peers;
    }

    private Dictionary<int, ProcessFacts> Processes()
    {
        Dictionary<int, ProcessFacts> processes = [];
        foreach (string directory in Directory.EnumerateDirectories(Path.Combine(root, "proc")))
        {
            if (int.TryParse(Path.GetFileName(directory.AsSpan()), NumberStyles.None, CultureInfo.InvariantCulture, out int id)
                && Read(id, directory) is ProcessFacts facts)
            {
                processes[id] = facts;
            }
        }

        return processes;
    }

    private static ProcessFacts? Read(int id, string directory)
    {
        try
        {
            // proc_pid_stat(5): the program's name may hold anything, so count from its last parenthesis: state, parent, group, session.
            string stat = File.ReadAllText(Path.Combine(directory, "stat"));
            string[] fields = stat[(stat.LastIndexOf(')') + 1)..].Split(' ', 6, StringSplitOptions.RemoveEmptyEntries);
            string? uid = File.ReadLines(Path.Combine(directory, "status")).FirstOrDefault(static line => line.StartsWith("Uid:", StringComparison.Ordinal));

            // Real, effective, saved and file system user: after a login all are the same.
            string[] users = uid is null ? [] : uid[4..].Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            if (fields.Length < 4 || users.Length < 3 || users[0] != users[1] || users[1] != users[2])
            {
                return null;
            }

            return new ProcessFacts(
                id,
                int.Parse(fields[1], CultureInfo.InvariantCulture),
                int.Parse(fields[3], CultureInfo.InvariantCulture),
                long.Parse(users[0], CultureInfo.InvariantCulture),
                IsSshd(Path.Combine(directory, "exe")));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException or OverflowException)
        {
            // It ended while it was read.
            return null;
        }
    }

    // The program as the kernel has it, in a directory that only root writes to; replaced by an update it reads "… (deleted)".
    private static bool IsSshd(string link)
    {
        string? program = new FileInfo(link).LinkTarget?.Split(" (deleted)")[0];
        return program is not null
            && program.StartsWith("/usr/", StringComparison.Ordinal)
            && Programs.Contains(Path.GetFileName(program));
    }

    private bool HasRealRoot(int process)
    {
        try
        {
            return new DirectoryInfo(Path.Combine(root, $"proc/{process}/root")).LinkTarget == "/";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private List<uint> Sockets(int process)
    {
        List<uint> inodes = [];
        try
        {
            foreach (string descriptor in Directory.EnumerateFileSystemEntries(Path.Combine(root, $"proc/{process}/fd")))
            {
                if (new FileInfo(descriptor).LinkTarget is string target
                    && target.StartsWith("socket:[", StringComparison.Ordinal)
                    && uint.TryParse(target.AsSpan(8).TrimEnd(']'), NumberStyles.None, CultureInfo.InvariantCulture, out uint inode))
                {
                    inodes.Add(inode);
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It ended while it was read.
        }

        return inodes;
    }

    private int UserId(string name)
    {
        string path = Path.Combine(root, "etc/passwd");
        if (!File.Exists(path))
        {
            return -1;
        }

        foreach (string line in File.ReadLines(path))
        {
            string[] fields = line.Split(':');
            if (fields.Length > 2 && fields[0] == name && int.TryParse(fields[2], NumberStyles.None, CultureInfo.InvariantCulture, out int id))
            {
                return id;
            }
        }

        return -1;
    }

    private sealed record ProcessFacts(int Id, int Parent, int Session, long User, bool IsSshd);
}
