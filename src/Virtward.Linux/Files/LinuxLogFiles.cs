using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Virtward.Core.Host;
using Virtward.Core.Results;

namespace Virtward.Linux.Files;

/// <summary>This machine's log files, or those below another root directory.</summary>
public sealed class LinuxLogFiles : ILogFiles
{
    /// <summary>The most names that one pattern may yield: a bound on what a directory full of files can cost.</summary>
    private const int MostMatches = 10_000;

    /// <inheritdoc/>
    public Result<ILogFile?> Open(string path)
    {
        SafeFileHandle handle = FileCalls.Open(path, FileCalls.OpenForReading);
        if (handle.IsInvalid)
        {
            return IsMissing() ? Result<ILogFile?>.Ok(null) : LastProblem("cannot open the log file", path);
        }

        if (FileCalls.Stat(handle, "", FileCalls.EmptyPath, FileCalls.BasicStats, out StatBuffer stat) != 0 || !stat.IsRegular)
        {
            handle.Dispose();
            return new Problem("cannot follow what is not a regular file", path, "name a log file");
        }

        return Result<ILogFile?>.Ok(new LinuxLogFile(handle, path));
    }

    /// <inheritdoc/>
    public Result<Stream> OpenOnce(string path)
    {
        if (path == "-")
        {
            return Console.OpenStandardInput();
        }

        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0, FileOptions.SequentialScan);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            string hint = e is FileNotFoundException or DirectoryNotFoundException ? "there is no such file"
                : Directory.Exists(path) ? "it is a folder: name the files in it"
                : e.Message;
            return new Problem("cannot open the log", path, hint);
        }
    }

    /// <inheritdoc/>
    public Result<LogFileState?> Stat(string path)
    {
        if (FileCalls.Stat(FileCalls.CurrentDirectory, path, 0, FileCalls.BasicStats, out StatBuffer stat) == 0)
        {
            return stat.ToState();
        }

        return IsMissing() ? Result<LogFileState?>.Ok(null) : LastProblem("cannot examine the log file", path);
    }

    /// <inheritdoc/>
    public Result<IReadOnlyList<LogFileEntry>> List(string directory, Func<string, bool> accept)
    {
        var entries = new List<LogFileEntry>();
        try
        {
            foreach (string path in Directory.EnumerateFileSystemEntries(directory))
            {
                string name = Path.GetFileName(path);
                if (accept(name)
                    && FileCalls.Stat(FileCalls.CurrentDirectory, path, 0, FileCalls.BasicStats, out StatBuffer stat) == 0
                    && stat.IsRegular)
                {
                    entries.Add(new LogFileEntry(name, stat.ToState()));
                }
            }
        }
        catch (DirectoryNotFoundException)
        {
            return entries;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new Problem("cannot list the log directory", directory, e.Message);
        }

        return entries;
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> Expand(string pattern)
    {
        if (!Glob.HasWildcard(pattern))
        {
            return [pattern];
        }

        var found = new List<string> { pattern.StartsWith('/') ? "/" : "." };
        string[] parts = pattern.Split('/', StringSplitOptions.RemoveEmptyEntries);
        for (int i = 0; i < parts.Length; i++)
        {
            found = ExpandPart(found, parts[i], isLast: i == parts.Length - 1);
        }

        found.Sort(StringComparer.Ordinal);
        return found;
    }

    /// <inheritdoc/>
    public Result<IFileWatch> Watch() => InotifyWatch.Start();

    /// <summary>The problem that errno tells of.</summary>
    public static Problem LastProblem(string what, string? on) => new(what, on, Marshal.GetLastPInvokeErrorMessage());

    private static bool IsMissing() => Marshal.GetLastPInvokeError() is FileCalls.NoEntry or FileCalls.NotDirectory;

    private static List<string> ExpandPart(List<string> directories, string part, bool isLast)
    {
        if (!Glob.HasWildcard(part))
        {
            return directories.ConvertAll(directory => Path.Join(directory, part));
        }

        var found = new List<string>();
        foreach (string directory in directories)
        {
            try
            {
                IEnumerable<string> entries = isLast ? Directory.EnumerateFiles(directory) : Directory.EnumerateDirectories(directory);
                found.AddRange(entries.Where(path => Glob.Matches(part, Path.GetFileName(path.AsSpan()))).Take(MostMatches - found.Count));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // What is missing or closed to us matches nothing now; patterns are expanded again all the time.
            }
        }

        return found;
    }
}
