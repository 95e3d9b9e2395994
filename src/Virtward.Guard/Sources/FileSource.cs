using System.Collections.Immutable;
using Virtward.Core.Host;

namespace Virtward.Guard.Sources;

/// <summary>The log files that a few patterns name, followed; files that come to match later too.</summary>
public sealed class FileSource : ILineSource
{
    private const string KeyPrefix = "file:";

    private readonly FollowContext _context;
    private readonly ImmutableArray<string> _patterns;
    private readonly IReadOnlyDictionary<string, string> _saved;
    private readonly HashSet<int> _directories = [];
    private bool _isFirst = true;

    /// <summary>A source of files.</summary>
    /// <param name="context">What its files share.</param>
    /// <param name="patterns">Paths and globs.</param>
    /// <param name="saved">Saved positions, the mark by key.</param>
    public FileSource(FollowContext context, ImmutableArray<string> patterns, IReadOnlyDictionary<string, string> saved)
    {
        _context = context;
        _patterns = patterns;
        _saved = saved;
    }

    /// <inheritdoc/>
    public IPollable? Readiness => null;

    /// <inheritdoc/>
    public TimeSpan Patience => _context.Watch is null ? _context.Options.Poll : _context.Options.Belt;

    /// <inheritdoc/>
    public SourceOutput Output => _context.Output;

    /// <inheritdoc/>
    public bool Turn(ISet<int> changed, bool lookAround)
    {
        bool namesChanged = _directories.Overlaps(changed);
        if (namesChanged || lookAround)
        {
            Look(namesChanged);
        }

        bool more = false;
        foreach (FollowedFile file in _context.Followed.Values)
        {
            more |= file.Read(lookAround || namesChanged ? null : changed);
        }

        return more;
    }

    /// <inheritdoc/>
    public IEnumerable<SourcePosition> Positions()
    {
        foreach (FollowedFile file in _context.Followed.Values)
        {
            file.RefreshModified();
            if (file.Position is { } mark)
            {
                yield return new SourcePosition(KeyPrefix + file.Path, mark);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (FollowedFile file in _context.Followed.Values)
        {
            file.Dispose();
        }

        _context.Followed.Clear();
    }

    private void Look(bool namesChanged)
    {
        _context.ForgetListings();
        WatchDirectories();
        foreach (string path in Paths())
        {
            if (!_context.Followed.ContainsKey(path))
            {
                IReadOnlyList<FileMark> marks = FollowedFile.ParsePosition(_saved.GetValueOrDefault(KeyPrefix + path));
                _context.Followed.Add(path, new FollowedFile(_context, path, marks, isNew: !_isFirst));
            }
        }

        foreach (FollowedFile file in _context.Followed.Values)
        {
            file.Look(namesChanged);
        }

        _context.Output.IsWaiting = _context.Followed.Values.All(static file => file.Current is null);
        _isFirst = false;
    }

    /// <summary>The paths that the patterns name now; a pattern such as <c>auth.log*</c> does not make a rotated file a log of its own.</summary>
    private List<string> Paths()
    {
        var paths = _patterns.SelectMany(_context.Files.Expand).ToHashSet(StringComparer.Ordinal);
        var bases = paths.ToLookup(DirectoryOf, StringComparer.Ordinal);
        return [.. paths.Where(path => _patterns.Contains(path) || !bases[DirectoryOf(path)].Any(log => IsRotated(log, path))).Order(StringComparer.Ordinal)];
    }

    private static bool IsRotated(string log, string path) =>
        path.Length > log.Length
        && path.StartsWith(log, StringComparison.Ordinal)
        && RotatedName.TryParse(NameOf(log), NameOf(path), out _);

    /// <summary>
    /// Watches the directories in which names matter, or the nearest that exists above a missing one. A watch that is there
    /// already is found again by the kernel, and one that went with its directory is made anew.
    /// </summary>
    private void WatchDirectories()
    {
        if (_context.Watch is not { } watch)
        {
            return;
        }

        foreach (string directory in _patterns.SelectMany(DirectoriesOf).Distinct(StringComparer.Ordinal))
        {
            for (string at = directory; ; at = DirectoryOf(at))
            {
                if (watch.WatchDirectory(at).TryGet(out int number, out _))
                {
                    _directories.Add(number);
                    break;
                }

                if (at is "/" or ".")
                {
                    break;
                }
            }
        }
    }

    /// <summary>The directories whose names decide what a pattern matches: every one from its first wildcard on.</summary>
    private IEnumerable<string> DirectoriesOf(string pattern)
    {
        for (string at = DirectoryOf(pattern); ; at = DirectoryOf(at))
        {
            foreach (string directory in _context.Files.Expand(at))
            {
                yield return directory;
            }

            if (!Glob.HasWildcard(at))
            {
                break;
            }
        }
    }

    private static string DirectoryOf(string path)
    {
        int slash = path.LastIndexOf('/');
        return slash > 0 ? path[..slash] : slash == 0 ? "/" : ".";
    }

    private static string NameOf(string path) => path[(path.LastIndexOf('/') + 1)..];
}
