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
    private const string Nothing = "/dev/null";
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
            string? text = tree.ReadText(path, source.MaxBytes, out string? why);
            if (text is not null)
            {
                gathering.Add(name, source.Clean(text));
            }
            else if (tree.State(path, out string? target) is { IsDirectory: true })
            {
                continue;
            }
            else if (why is not null && target != Nothing)
            {
                // A link to /dev/null is how systemd and sysctl.d are told that there is no such file.
                gathering.Lacks(name, why);
            }

            Note(tree, path);
        }
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
