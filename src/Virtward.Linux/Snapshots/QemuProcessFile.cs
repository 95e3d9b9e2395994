using System.Collections.Immutable;
using System.Globalization;
using Virtward.Core.Snapshots;

namespace Virtward.Linux.Snapshots;

/// <summary>The running qemus, from /proc: who they run as and what holds them in, nothing of their command lines but the guest's name.</summary>
internal static class QemuProcessFile
{
    private const int MaxProcesses = 4000;
    private const int MaxText = 256 * 1024;

    /// <summary>Reads them, where an audit's sources are wanted.</summary>
    public static void Gather(Gathering gathering, SnapshotRequest request, string root)
    {
        if (request.Sources.Files.IsEmpty)
        {
            return;
        }

        if (Path.GetFullPath(root) != "/")
        {
            gathering.Lacks(SnapshotNames.QemuProcesses, "another root was looked at, not a running system");
            return;
        }

        IEnumerable<int> pids = Directory.EnumerateDirectories("/proc")
            .Select(static path => int.TryParse(Path.GetFileName(path), NumberStyles.None, CultureInfo.InvariantCulture, out int pid) ? pid : 0)
            .Where(static pid => pid > 0)
            .Order();
        gathering.Add(SnapshotNames.QemuProcesses, QemuProcessesText.Write(pids.Select(Read).OfType<QemuProcess>().Take(MaxProcesses)));
    }

    private static QemuProcess? Read(int pid)
    {
        string? program = Link($"/proc/{pid}/exe");
        ImmutableArray<string> arguments = [.. Text($"/proc/{pid}/cmdline").TrimEnd('\0').Split('\0')];
        const string Deleted = " (deleted)";
        bool? replaced = program?.EndsWith(Deleted, StringComparison.Ordinal);
        string path = replaced == true ? program![..^Deleted.Length] : program ?? arguments[0];
        if (!QemuArguments.IsQemu(Path.GetFileName(path)))
        {
            return null;
        }

        ILookup<string, string> status = Text($"/proc/{pid}/status").Split('\n')
            .Select(static line => line.Split(':', 2))
            .Where(static parts => parts.Length == 2)
            .ToLookup(static parts => parts[0], static parts => parts[1].Trim(), StringComparer.Ordinal);
        string label = Text($"/proc/{pid}/attr/current").TrimEnd('\0', '\n');
        return new QemuProcess(pid, path)
        {
            Guest = QemuArguments.GuestName(arguments),
            Uid = Effective(status["Uid"]),
            Gid = Effective(status["Gid"]),
            Groups = [.. (status["Groups"].FirstOrDefault() ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(Number).OfType<long>()],
            Seccomp = (int?)Number(status["Seccomp"].FirstOrDefault()),
            NoNewPrivileges = Number(status["NoNewPrivs"].FirstOrDefault()) is long flag ? flag == 1 : null,
            Capabilities = status["CapEff"].FirstOrDefault(),
            Label = label.Length > 0 ? label : null,
            Replaced = replaced,
        };
    }

    // Real, effective, saved, of the file system: proc(5).
    private static long? Effective(IEnumerable<string> lines)
    {
        string[] numbers = (lines.FirstOrDefault() ?? "").Split('\t', StringSplitOptions.RemoveEmptyEntries);
        return numbers.Length > 1 ? Number(numbers[1]) : null;
    }

    private static long? Number(string? text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? number : null;

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
