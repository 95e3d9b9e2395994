using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Virtward.Core.Host;
using Virtward.Core.Snapshots;
using Virtward.Linux.Files;

namespace Virtward.Linux.Snapshots;

/// <summary>The configuration files of a snapshot, <c>root/…</c>, and <c>files.json</c>.</summary>
/// <param name="sources">What to read.</param>
/// <param name="root">The directory that files lie below.</param>
internal sealed class SourceFiles(SnapshotSources sources, string root)
{
    private const int MaxEntries = 20_000;
    private const int MaxWalked = 400_000;
    private const int Denied = 13;
    private const int SetId = 0xC00;
    private const int WritableByAll = 0x2;
    private const int Sticky = 0x200;

    private readonly SortedDictionary<string, FileState> _states = new(StringComparer.Ordinal);

    /// <summary>Reads them all.</summary>
    public void Gather(Gathering gathering, CancellationToken cancel)
    {
        using RootDirectory? tree = RootDirectory.Open(root);
        using RootDirectory? kernel = RootDirectory.Open("/");
        if (tree is null || kernel is null)
        {
            gathering.Lacks(SnapshotNames.FileStates, $"there is no directory {root}");
            return;
        }

        foreach (FileSource source in sources.Files)
        {
            cancel.ThrowIfCancellationRequested();
            bool isKernel = source.Pattern.StartsWith("/proc/", StringComparison.Ordinal) || source.Pattern.StartsWith("/sys/", StringComparison.Ordinal);
            Read(gathering, isKernel ? kernel : tree, source);
        }

        foreach (string path in sources.States.SelectMany(pattern => Expand(gathering, tree, pattern, MaxEntries)))
        {
            Note(tree, path);
        }

        int walked = 0;
        foreach (string walk in sources.Walks)
        {
            Walk(tree, walk, ref walked, cancel);
        }

        if (walked >= MaxWalked)
        {
            gathering.Lacks(SnapshotNames.FileStates, $"more than {MaxWalked} files lie below {string.Join(", ", sources.Walks)}: not all were looked at");
        }

        gathering.Add(SnapshotNames.FileStates, FileStatesText.Write(_states.Values));
    }

    private void Read(Gathering gathering, RootDirectory tree, FileSource source)
    {
        List<string> paths = Expand(gathering, tree, source.Pattern, source.MaxFiles + 1);
        if (paths.Count > source.MaxFiles)
        {
            gathering.Lacks(SnapshotNames.OfPath(source.Pattern), $"more than {source.MaxFiles} files are called {source.Pattern}");
        }

        foreach (string path in paths.Take(source.MaxFiles))
        {
            string name = SnapshotNames.OfPath(path);
            using SafeFileHandle file = tree.OpenFile(path);
            if (file.IsInvalid)
            {
                Note(tree, path);
                if (Marshal.GetLastPInvokeError() == Denied)
                {
                    gathering.Lacks(name, $"it needs root to read {path}");
                }
            }
            else if (FileCalls.Stat(file, "", FileCalls.EmptyPath, FileCalls.BasicStats, out StatBuffer state) == 0 && state.IsRegular)
            {
                Note(tree, path);
                Keep(gathering, source, name, path, file);
            }
        }
    }

    private static void Keep(Gathering gathering, FileSource source, string name, string path, SafeFileHandle file)
    {
        byte[] bytes = new byte[Math.Min(source.MaxBytes, 64 * 1024) + 1];
        int length = 0;
        for (nint read = 1; read > 0;)
        {
            read = FileCalls.Read(file, bytes.AsSpan(length), (nuint)(bytes.Length - length));
            if (read < 0)
            {
                gathering.Lacks(name, $"{path} could not be read ({Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())})");
                return;
            }

            length += (int)read;
            if (length > source.MaxBytes)
            {
                gathering.Lacks(name, $"{path} is larger than {source.MaxBytes} bytes");
                return;
            }

            if (length == bytes.Length)
            {
                Array.Resize(ref bytes, Math.Min(bytes.Length * 4, source.MaxBytes + 1));
            }
        }

        ReadOnlySpan<byte> text = bytes.AsSpan(0, length);
        gathering.Add(name, source.Clean(Encoding.UTF8.GetString(text.StartsWith(Encoding.UTF8.Preamble) ? text[3..] : text)));
    }

    private void Note(RootDirectory tree, string path)
    {
        if (_states.ContainsKey(path))
        {
            return;
        }

        if (tree.State(path, out string? target) is StatBuffer state)
        {
            _states[path] = state.ToFileState(path) with { Target = target };
        }
    }

    // Part by part, so that only the directories that a wildcard stands in are listed.
    private static List<string> Expand(Gathering gathering, RootDirectory tree, string pattern, int atMost)
    {
        List<string> paths = [""];
        foreach (string part in pattern.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            paths = Glob.HasWildcard(part)
                ? [.. paths.SelectMany(path => Names(gathering, tree, path.Length == 0 ? "/" : path).Where(name => Glob.Matches(part, name)).Select(name => $"{path}/{name}")).Take(atMost)]
                : [.. paths.Select(path => $"{path}/{part}")];
        }

        return Glob.HasWildcard(pattern) ? [.. paths.Where(path => tree.State(path, out _) is not null)] : paths;
    }

    // What nobody could look into is said: there may be files in it.
    private static IReadOnlyList<string> Names(Gathering gathering, RootDirectory tree, string directory)
    {
        IReadOnlyList<string> names = tree.Names(directory, MaxEntries, out bool denied);
        if (denied)
        {
            gathering.Lacks(SnapshotNames.OfPath(directory), $"it needs root to read {directory}");
        }

        return names;
    }

    private void Walk(RootDirectory tree, string top, ref int walked, CancellationToken cancel)
    {
        if (tree.State(top, out _) is not { IsDirectory: true } start)
        {
            return;
        }

        var rest = new Stack<string>([top]);
        while (rest.TryPop(out string? directory) && walked < MaxWalked)
        {
            cancel.ThrowIfCancellationRequested();
            int seen = 0;
            tree.Visit(directory, MaxWalked, (name, state) =>
            {
                seen++;
                if (state.IsDirectory && state.Device == start.Device)
                {
                    rest.Push($"{directory}/{name}");
                }

                bool special = (state.IsRegular && (state.Permissions & SetId) != 0)
                    || (!state.IsLink && (state.Permissions & WritableByAll) != 0 && !(state.IsDirectory && (state.Permissions & Sticky) != 0));
                if (special)
                {
                    string path = $"{directory}/{name}";
                    _states.TryAdd(path, state.ToFileState(path));
                }
            });
            walked += seen;
        }
    }
}
