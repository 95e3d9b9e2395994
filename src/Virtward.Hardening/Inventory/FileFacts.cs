using System.Collections.Immutable;
using Virtward.Core.Host;
using Virtward.Core.Results;
using Virtward.Core.Snapshots;

namespace Virtward.Hardening.Inventory;

/// <summary>The host's configuration files, and owners and modes of files.</summary>
public sealed class FileFacts
{
    private readonly Snapshot _snapshot;
    private readonly ImmutableSortedDictionary<string, FileState> _states;

    private FileFacts(Snapshot snapshot, ImmutableSortedDictionary<string, FileState> states, string? problem)
    {
        _snapshot = snapshot;
        _states = states;
        StatesProblem = problem;
    }

    /// <summary>Why owners and modes are not known, or not all; null: they are.</summary>
    public string? StatesProblem { get; }

    /// <summary>Every file of which owner and mode are known, by path.</summary>
    public IEnumerable<FileState> States => _states.Values;

    /// <summary>Reads them.</summary>
    public static FileFacts Read(Snapshot snapshot)
    {
        ImmutableSortedDictionary<string, FileState> none = ImmutableSortedDictionary.Create<string, FileState>(StringComparer.Ordinal);
        if (snapshot.Text(SnapshotNames.FileStates) is not string text)
        {
            return new FileFacts(snapshot, none, snapshot.Missing.GetValueOrDefault(SnapshotNames.FileStates, "the snapshot has no files.json"));
        }

        if (!FileStatesText.Read(text).TryGet(out ImmutableArray<FileState> states, out Problem? problem))
        {
            return new FileFacts(snapshot, none, problem.ToString());
        }

        ImmutableSortedDictionary<string, FileState>.Builder builder = none.ToBuilder();
        foreach (FileState state in states)
        {
            builder[state.Path] = state;
        }

        return new FileFacts(snapshot, builder.ToImmutable(), snapshot.Missing.GetValueOrDefault(SnapshotNames.FileStates));
    }

    /// <summary>A file's text; null where there is none, or it could not be read: <see cref="Why"/> tells.</summary>
    public ConfigFile? Find(string path) => _snapshot.Config(path) is string text ? new ConfigFile(path, text) : null;

    /// <summary>Why a file that exists could not be read; null: it was read, or there is none.</summary>
    public string? Why(string path) => _snapshot.Missing.GetValueOrDefault(SnapshotNames.OfPath(path));

    /// <summary>Owner and mode; null: no such file, or nobody looked.</summary>
    public FileState? State(string path) => _states.GetValueOrDefault(path);

    /// <summary>The files of a directory (<c>/etc/ssh/sshd_config.d</c>) whose names match, by name in ordinal order, as drop-ins are read.</summary>
    /// <param name="directory">The directory's absolute path.</param>
    /// <param name="pattern">As glob(7): <c>*.conf</c>.</param>
    public IEnumerable<ConfigFile> In(string directory, string pattern)
    {
        string prefix = SnapshotNames.OfPath(directory) + "/";
        foreach ((string name, string text) in _snapshot.StartingWith(prefix))
        {
            string rest = name[prefix.Length..];
            if (!rest.Contains('/', StringComparison.Ordinal) && Glob.Matches(pattern, rest))
            {
                yield return new ConfigFile($"{directory}/{rest}", text);
            }
        }
    }

    /// <summary>Why something in a directory could not be read; null: all was.</summary>
    public string? WhyIn(string directory)
    {
        string prefix = SnapshotNames.OfPath(directory);
        return _snapshot.Missing.FirstOrDefault(pair => pair.Key == prefix || pair.Key.StartsWith(prefix + "/", StringComparison.Ordinal)).Value;
    }
}
