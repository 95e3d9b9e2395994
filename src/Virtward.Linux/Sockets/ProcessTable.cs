using System.Collections.Immutable;
using System.Globalization;
using Virtward.Linux.Files;

namespace Virtward.Linux.Sockets;

/// <summary>What /proc tells of the processes of this host: who holds which socket, and in which network namespace it is.</summary>
internal sealed class ProcessTable
{
    private const int MaxText = 256 * 1024;
    private const int MaxAccounts = 4 * 1024 * 1024;
    private readonly Dictionary<ulong, List<int>> _holders = [];
    private readonly Dictionary<int, string?> _namespaces = [];
    private readonly Dictionary<long, string> _users;

    private ProcessTable(Dictionary<long, string> users) => _users = users;

    /// <summary>The network namespace that this program runs in.</summary>
    public string OwnNamespace { get; private set; } = "";

    /// <summary>Other network namespaces with their processes, those of the lowest number first.</summary>
    public SortedDictionary<string, List<ProcessEntry>> OtherNamespaces { get; } = new(StringComparer.Ordinal);

    /// <summary>Reads it.</summary>
    /// <param name="root">The directory that /etc/passwd lies below.</param>
    public static ProcessTable Read(string root)
    {
        var table = new ProcessTable(Users(root)) { OwnNamespace = Link("/proc/self/ns/net") ?? "" };
        foreach (int pid in Directory.EnumerateDirectories("/proc").Select(static path => Number(Path.GetFileName(path))).Where(static pid => pid > 0).Order())
        {
            string? place = Link($"/proc/{pid}/ns/net");
            table._namespaces[pid] = place;
            table.Hold(pid);
            if (place is not null && place != table.OwnNamespace)
            {
                if (!table.OtherNamespaces.TryGetValue(place, out List<ProcessEntry>? members))
                {
                    table.OtherNamespaces[place] = members = [];
                }

                members.Add(new ProcessEntry(pid, Text($"/proc/{pid}/comm").Trim(), place));
            }
        }

        return table;
    }

    /// <summary>The processes that hold a socket: those that serve before init, which only opened it for them.</summary>
    public ImmutableArray<ProcessEntry> Holders(ulong inode) =>
        inode != 0 && _holders.TryGetValue(inode, out List<int>? pids)
            ? [.. pids.OrderBy(static pid => pid == 1).ThenBy(static pid => pid).Select(Describe)]
            : [];

    /// <summary>A process that stands for a network namespace: the first that runs a program; a thread of the kernel's is none.</summary>
    public static ProcessEntry Speaker(IReadOnlyList<ProcessEntry> members) =>
        members.FirstOrDefault(static member => Link($"/proc/{member.Pid}/exe") is not null) ?? members[0];

    /// <summary>A user's name; null: /etc/passwd has none.</summary>
    public string? User(long uid) => _users.GetValueOrDefault(uid);

    private ProcessEntry Describe(int pid) => new(pid, Text($"/proc/{pid}/comm").Trim(), _namespaces.GetValueOrDefault(pid))
    {
        Program = Link($"/proc/{pid}/exe"),
        Arguments = [.. Text($"/proc/{pid}/cmdline").TrimEnd('\0').Split('\0')],
        ControlGroup = Group(Text($"/proc/{pid}/cgroup")),
    };

    private void Hold(int pid)
    {
        try
        {
            foreach (string descriptor in Directory.EnumerateFileSystemEntries($"/proc/{pid}/fd"))
            {
                if (Link(descriptor) is { } target && target.StartsWith("socket:[", StringComparison.Ordinal)
                    && ulong.TryParse(target.AsSpan(8).TrimEnd(']'), NumberStyles.None, CultureInfo.InvariantCulture, out ulong inode))
                {
                    if (!_holders.TryGetValue(inode, out List<int>? pids))
                    {
                        _holders[inode] = pids = [];
                    }

                    if (pids.Count == 0 || pids[^1] != pid)
                    {
                        pids.Add(pid);
                    }
                }
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // It has just ended, or is another user's.
        }
    }

    // cgroups(7): one line for each hierarchy; systemd's own is that of version 2 ("0::"), or "name=systemd" beside version 1.
    private static string Group(string text)
    {
        string[] lines = text.Split('\n');
        string? line = lines.FirstOrDefault(static line => line.Contains(":name=systemd:", StringComparison.Ordinal))
            ?? lines.FirstOrDefault(static line => line.StartsWith("0::", StringComparison.Ordinal));
        return line is null ? "" : line[(line.IndexOf(':', line.IndexOf(':', StringComparison.Ordinal) + 1) + 1)..];
    }

    private static Dictionary<long, string> Users(string root)
    {
        Dictionary<long, string> users = [];
        using RootDirectory? tree = RootDirectory.Open(root);
        foreach (string[] fields in (tree?.ReadText("/etc/passwd", MaxAccounts, out _) ?? "").Split('\n').Select(static line => line.Split(':')))
        {
            if (fields.Length >= 3 && long.TryParse(fields[2], NumberStyles.None, CultureInfo.InvariantCulture, out long uid))
            {
                users.TryAdd(uid, fields[0]);
            }
        }

        return users;
    }

    private static int Number(string name) => int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : 0;

    private static string? Link(string path)
    {
        try
        {
            return new FileInfo(path).LinkTarget;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static string Text(string path)
    {
        try
        {
            string text = File.ReadAllText(path);
            return text.Length > MaxText ? text[..MaxText] : text;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // It has just ended, or is another user's.
            return "";
        }
    }
}
