using Virtward.Core.Host;
using Virtward.Core.Results;
using Virtward.Core.Time;

namespace Virtward.Guard.Sources;

/// <summary>
/// Finds what became of a log's earlier files beside it: the rest of one that was renamed, copied or compressed while nobody looked,
/// and files that came and went between two looks. A file is taken only once: those that are open or known to have been read are
/// recognised by identity and content.
/// </summary>
public sealed class RotatedFiles
{
    private const int MostAttempts = 4;

    private readonly FollowContext _context;
    private readonly FollowedFile _log;
    private readonly string _directory;
    private readonly string _name;

    // Marks whose file must be found: those of the restart, and that of a file truncated under our hands.
    private readonly List<FileMark> _sought = [];
    private readonly bool _isResumed;
    private readonly UnixTime _resumedAt;
    private bool _isFirst = true;

    // The file that reading stopped in before the restart, where it had the log's name when it was looked for.
    private FileIdentity? _resumedIn;
    private long? _unsettledSince;

    // The names in the directory at this search.
    private readonly HashSet<string> _listed = new(StringComparer.Ordinal);

    // Compressed files that would be new but cannot be unpacked, most often because they are being written.
    private readonly List<Sibling> _unfinished = [];
    private UnixTime _searched = UnixTime.None;
    private UnixTime _directoryTime = UnixTime.None;

    /// <summary>Looks after the rotated files of one log.</summary>
    /// <param name="context">What the source shares.</param>
    /// <param name="log">The log.</param>
    /// <param name="marks">Where reading stopped before the restart, oldest file first.</param>
    public RotatedFiles(FollowContext context, FollowedFile log, IReadOnlyList<FileMark> marks)
    {
        _context = context;
        _log = log;
        int slash = log.Path.LastIndexOf('/');
        _directory = slash > 0 ? log.Path[..slash] : slash == 0 ? "/" : ".";
        _name = log.Path[(slash + 1)..];
        _sought.AddRange(marks.Where(mark => !mark.IsFinished));
        _isResumed = marks.Count > 0;
        IEnumerable<FileMark> settled = marks.Any(mark => !mark.IsAhead) ? marks.Where(mark => !mark.IsAhead) : marks;
        _resumedAt = settled.Select(mark => mark.Modified).DefaultIfEmpty(UnixTime.None).Max();
    }

    /// <summary>
    /// Whether the last search came to its end and nothing is left open by it. Until then, what is newer than what it looks for is
    /// ahead (<see cref="FileMark.IsAhead"/>).
    /// </summary>
    public bool IsSettled { get; private set; }

    /// <summary>Places in files that have not been found yet; they belong to the position, or a restart would read those files again.</summary>
    public IEnumerable<FileMark> Sought => _sought.Where(mark => mark.Head.Length > 0);

    /// <summary>
    /// Whether names in the directory have changed since the last search, by its modification time. The time is as coarse as the
    /// kernel's tick, so that a change within the second before the search counts as unseen.
    /// </summary>
    public bool IsDue =>
        !IsSettled || _log.Current is { IsAhead: true, IsBegun: true } || (DirectoryTime() is { IsKnown: true } time && (time != _directoryTime || time + TimeSpan.FromSeconds(1) > _searched));

    /// <summary>A mark's file has to be found at the next search.</summary>
    public void Seek(FileMark mark) => _sought.Add(mark);

    /// <summary>A mark's file is the one that has the log's name now.</summary>
    public void Found(FileMark mark)
    {
        // As long as it keeps the name, what lies beside it is older. A file of which nothing was read proves nothing: it may
        // have been filled, copied and truncated since.
        if (_sought.Remove(mark) && _isFirst && mark is { Offset: > 0, IsAhead: false })
        {
            _resumedIn = mark.Identity;
        }
    }

    /// <summary>
    /// Searches; what has unread lines is handed to the log as a retired file, or, compressed, read at once. Where rotations do not
    /// stop, or a file is still being compressed, it is not settled: then it goes on at the next look, for
    /// <see cref="SourceOptions.Grace"/> at most.
    /// </summary>
    public void Find()
    {
        _searched = UnixTime.Now(_context.Clock);
        _directoryTime = DirectoryTime();
        _unsettledSince ??= _context.Clock.GetTimestamp();
        bool isWhole = false, isBegun = false;
        for (int i = 0; i < MostAttempts && !isWhole; i++)
        {
            isBegun = _log.Current is { IsBegun: true };
            isWhole = TryFind();
            if (!isWhole)
            {
                // A rotation goes on while we look: names lead to other files than listed, and it all begins again. What was
                // found so far is read before that, so that a compressed copy of it is known to be one.
                _context.ForgetListings();
                _log.ReadRetiredToEnd();
            }
        }

        IsSettled = (isWhole && _unfinished.Count == 0) || _context.Clock.GetElapsedTime(_unsettledSince.Value) > _context.Options.Grace;
        if (IsSettled)
        {
            Settle(isWhole, isBegun);
        }
    }

    private void Settle(bool isWhole, bool isBegun)
    {
        if (!isWhole)
        {
            GiveUp();
        }

        // Where the uncompressed file is still there, nothing is missed: it was read, and to compress a large one takes a while.
        foreach (Sibling sibling in _unfinished.Where(sibling => !HasOriginal(sibling)))
        {
            string path = PathOf(sibling.Entry);
            RememberAsRead(sibling.Entry.State);
            _context.Output.Gaps++;
            _context.Output.Trouble(path, new Problem("cannot unpack a rotated log, its lines may have been missed", path, "it is damaged, or it took long to be written; rotate with delaycompress"));
        }

        TellMissing();
        _sought.Clear();
        _unsettledSince = null;
        _isFirst = false;
        _log.Settle(isBegun);
        _context.History.Settle();
    }

    private UnixTime DirectoryTime() =>
        _context.Files.Stat(_directory).TryGet(out LogFileState? state, out _) && state is { } directory ? directory.Modified : UnixTime.None;

    /// <summary>Names lead to other files than listed for too long: what is there now counts as read, and it is told.</summary>
    private void GiveUp()
    {
        _context.Output.Gaps++;
        _context.Output.Trouble(
            _log.Path,
            new Problem("cannot list the rotated files of a log, they change all the time; lines may have been missed", _log.Path, "rotate less often than every few seconds"));
        foreach (LogFileState state in Siblings().Select(sibling => sibling.Entry.State))
        {
            if (_context.History.Find(mark => mark.Identity == state.Identity) is null && _context.HolderOf(state.Identity) is null)
            {
                RememberAsRead(state);
            }
        }
    }

    /// <summary>Remembers a file as it is as one that holds nothing new, without looking into it.</summary>
    private void RememberAsRead(LogFileState state) =>
        _context.History.Remember(new FileMark(state.Identity, state.Length, state.Modified, default, default));

    private void TellMissing()
    {
        foreach (FileMark mark in _sought)
        {
            bool isElsewhere = _context.HolderOf(mark.Identity) is { } holder && holder != _log;
            if ((mark.Offset > 0 || mark.Head.Length > 0) && !isElsewhere)
            {
                _context.Output.Gaps++;
                _context.Output.Trouble(
                    _log.Path,
                    new Problem("cannot find the rest of a log that was rotated or truncated, lines may have been missed", _log.Path, "rotate by renaming, and keep at least one file uncompressed (delaycompress)"));
            }
        }
    }

    private bool TryFind()
    {
        List<Sibling> siblings = Siblings();
        int newestKnown = IsStillCurrent(_resumedIn, siblings) ? siblings.Count : -1;
        for (int i = 0; i < siblings.Count; i++)
        {
            if (!Examine(siblings[i]))
            {
                return false;
            }

            newestKnown = siblings[i] is { Standing: SiblingStanding.Known, IsAhead: false } ? Math.Max(newestKnown, i) : newestKnown;
        }

        _unfinished.Clear();
        for (int i = 0; i < siblings.Count; i++)
        {
            Sibling sibling = siblings[i];
            bool isNew = IsNew(sibling, i, newestKnown);
            if (sibling.Standing == SiblingStanding.Unknown && !Take(sibling, isNew))
            {
                return false;
            }

            if (sibling.Standing == SiblingStanding.Unfinished && isNew)
            {
                _unfinished.Add(sibling);
            }
            else if (sibling.Standing is SiblingStanding.Unfinished or SiblingStanding.Unreadable && !isNew)
            {
                RememberAsRead(sibling.Entry.State);
            }
        }

        return true;
    }

    private bool IsStillCurrent(FileIdentity? file, List<Sibling> siblings) =>
        file is { } identity
        && !siblings.Exists(sibling => sibling.Entry.State.Identity == identity)
        && _context.Files.Stat(_log.Path).TryGet(out LogFileState? now, out _)
        && now?.Identity == identity
        && !_log.WasReplaced(identity);

    private List<Sibling> Siblings()
    {
        var siblings = new List<Sibling>();
        _listed.Clear();
        foreach (LogFileEntry entry in _context.List(_directory))
        {
            _listed.Add(entry.Name);
            if (RotatedName.TryParse(_name, entry.Name, out RotatedName rotated)
                && entry.State.Length > 0
                && !_context.Followed.ContainsKey(PathOf(entry)))
            {
                siblings.Add(new Sibling(entry, rotated));
            }
        }

        siblings.Sort(static (one, other) => one.Name.CompareAge(other.Name) is var byName and not 0 ? byName : one.Modified.CompareTo(other.Modified));
        return InOrder([.. siblings.Where(sibling => sibling.Name.IsNumbered)], [.. siblings.Where(sibling => !sibling.Name.IsNumbered)]);
    }

    /// <summary>
    /// Names tell the order, the older first. Where the way of rotating was changed, from numbers to dates or back, times tell how the
    /// two belong together.
    /// </summary>
    private static List<Sibling> InOrder(List<Sibling> numbered, List<Sibling> dated)
    {
        var merged = new List<Sibling>(numbered.Count + dated.Count);
        int next = 0;
        foreach (Sibling sibling in numbered)
        {
            for (; next < dated.Count && dated[next].Modified < sibling.Modified; next++)
            {
                merged.Add(dated[next]);
            }

            merged.Add(sibling);
        }

        merged.AddRange(dated.Skip(next));
        return merged;
    }

    /// <summary>
    /// Whether a file that is not known has lines to hand on. While we watch, every one has. After a restart, those have that are newer
    /// than the newest one that we know; and at the first start none.
    /// </summary>
    private bool IsNew(Sibling sibling, int index, int newestKnown)
    {
        if (!_isFirst)
        {
            return true;
        }

        return _isResumed && (newestKnown >= 0 ? index > newestKnown : sibling.Modified > _resumedAt);
    }

    /// <summary>Finds out whether a file is known, and has its rest read if there is one.</summary>
    /// <returns>False where the name leads to another file by now.</returns>
    private bool Examine(Sibling sibling)
    {
        LogFileState state = sibling.Entry.State;
        FileMark? same = _context.History.Find(mark => mark.Identity == state.Identity && IsUnchanged(mark, sibling));
        bool isOpen = _context.HolderOf(state.Identity) is not null;
        if (isOpen || same is not null)
        {
            if (!isOpen && _isFirst)
            {
                // It stays in the position, so that the next restart knows it too.
                _log.AddFinished(same!);
            }

            // What is open may hold other content by now, which tells nothing of what lies beside it.
            Know(sibling, same ?? _log.OpenMark(state.Identity));
            sibling.IsAhead |= isOpen && _log.WasReplaced(state.Identity);
            return true;
        }

        if (!TryOpen(sibling, out ILogFile? file))
        {
            return false;
        }

        if (file is null)
        {
            sibling.Standing = SiblingStanding.Unreadable;
            return true;
        }

        bool isTaken = sibling.Name.IsCompressed ? ExamineCompressed(sibling, file) : ExaminePlain(sibling, file);
        if (!isTaken)
        {
            file.Dispose();
        }

        return true;
    }

    private bool ExaminePlain(Sibling sibling, ILogFile file)
    {
        FileMark? known = _context.History.FindContent(mark => mark.IsIn(file));
        if (known is null && IsCopyOfCurrent(length => Fingerprint.Read(file, 0, length)))
        {
            sibling.Standing = SiblingStanding.CopyOfCurrent;
            return false;
        }

        if (known is null && IsEmptyOne(sibling))
        {
            known = FileMark.At(file, sibling.Entry.State, 0) with { IsAhead = true };
        }

        if (known is null)
        {
            return false;
        }

        Know(sibling, known);
        if (IsRestOpen(known))
        {
            return false;
        }

        FileMark place = known with { Identity = sibling.Entry.State.Identity, Modified = sibling.Entry.State.Modified };
        if (sibling.Entry.State.Length <= place.Offset)
        {
            _log.AddFinished(place);
            return false;
        }

        _log.AddRetired(new LogTail(_context, file, PathOf(sibling.Entry), place));
        return true;
    }

    /// <summary>
    /// Whether a file was open at the restart with nothing in it yet. Its inode number was in use until then, so that what it holds
    /// now was written since; but a copy of that may lie beside it.
    /// </summary>
    private bool IsEmptyOne(Sibling sibling) =>
        _isFirst && _sought.Exists(mark => mark.Identity == sibling.Entry.State.Identity && mark is { Head.Length: 0, Offset: 0 });

    private bool ExamineCompressed(Sibling sibling, ILogFile file)
    {
        var log = new CompressedLog(file, _context);
        if (_context.History.FindContent(log.Holds) is { } known)
        {
            Know(sibling, known);
            if (!IsRestOpen(known))
            {
                HandOn(log, sibling, known.Offset, known.IsAhead);
            }
        }
        else if (IsCopyOfCurrent(log.HeadOf))
        {
            // The log was rotated and compressed while we look: its descriptor has it all.
            sibling.Standing = SiblingStanding.CopyOfCurrent;
        }
        else if (!log.IsReadable || _context.History.FindContent(log.BeginsLike) is not null || HasOriginal(sibling))
        {
            // It is being written, or it is damaged.
            sibling.Standing = SiblingStanding.Unfinished;
        }

        return false;
    }

    /// <summary>Has a file that is not known read from its beginning, or only remembers it.</summary>
    /// <returns>False where the name leads to another file by now.</returns>
    private bool Take(Sibling sibling, bool isNew)
    {
        LogFileState state = sibling.Entry.State;
        if (!isNew && sibling.Name.IsCompressed)
        {
            RememberAsRead(state);
            return true;
        }

        if (!TryOpen(sibling, out ILogFile? file))
        {
            return false;
        }

        if (file is null)
        {
            return true;
        }

        if (isNew && !sibling.Name.IsCompressed)
        {
            _log.AddRetired(new LogTail(_context, file, PathOf(sibling.Entry), FileMark.At(file, state, 0)) { IsAhead = true });
            return true;
        }

        using (file)
        {
            if (isNew)
            {
                HandOn(new CompressedLog(file, _context), sibling, 0, isAhead: true);
            }
            else
            {
                _context.History.Remember(FileMark.At(file, state, state.Length));
            }
        }

        return true;
    }

    /// <summary>Whether the uncompressed file is still there: gzip(1) removes it when it is done.</summary>
    private bool HasOriginal(Sibling compressed) => _listed.Contains(compressed.Entry.Name[..^3]);

    private void HandOn(CompressedLog log, Sibling sibling, long from, bool isAhead)
    {
        LogFileState state = sibling.Entry.State;
        FileMark mark = log.HandOn(PathOf(sibling.Entry), state, from) ?? new FileMark(state.Identity, state.Length, state.Modified, default, default);
        _log.AddFinished(mark with { IsAhead = isAhead });
    }

    /// <summary>
    /// Whether a file is a copy of the log's present one, which logrotate makes before it truncates, or is about to be one.
    /// </summary>
    /// <param name="headOf">The fingerprint of the copy's first bytes, as many as are asked for or as there are.</param>
    private bool IsCopyOfCurrent(Func<int, Fingerprint> headOf)
    {
        if (_log.Current is not { } current)
        {
            return false;
        }

        Fingerprint beginning = headOf(Fingerprint.HeadSize);
        current.Peek();
        Fingerprint head = current.Mark.Head;
        return (head.Length > 0 && beginning.Length >= head.Length && headOf(head.Length) == head)
            || (beginning.Length > 0 && Fingerprint.Read(current.File, 0, beginning.Length) == beginning);
    }

    /// <summary>Whether content up to a mark is open already, so that its rest comes from there and not from a copy.</summary>
    private bool IsRestOpen(FileMark mark) => mark.Head.Length > 0 && _context.Followed.Values.Any(log => log.HoldsContentOf(mark));

    /// <summary>Whether a file is just as it was when we had read all of it, so that it need not be opened.</summary>
    private static bool IsUnchanged(FileMark mark, Sibling sibling) =>
        mark.Modified == sibling.Modified
        && (sibling.Name.IsCompressed || mark.Offset == sibling.Entry.State.Length);

    private void Know(Sibling sibling, FileMark? mark)
    {
        sibling.Standing = SiblingStanding.Known;
        sibling.IsAhead = mark is { IsAhead: true };
        if (mark is not null)
        {
            // Marks of the same content that were made earlier, by another descriptor, are found with it.
            _sought.RemoveAll(sought => sought == mark || (sought.Head == mark.Head && sought.Head.Length > 0 && sought.Offset <= mark.Offset));
        }
    }

    /// <summary>
    /// Opens what was listed, by the name that it has now; null where it cannot be read. It must be as it was listed: the inode number
    /// alone may belong to another file by now.
    /// </summary>
    /// <returns>False where it is not to be found any more.</returns>
    private bool TryOpen(Sibling sibling, out ILogFile? file)
    {
        LogFileEntry entry = sibling.Entry;
        for (int i = 0; i < MostAttempts; i++)
        {
            if (!_context.Files.Open(PathOf(entry)).TryGet(out file, out Problem? problem))
            {
                _context.Output.Trouble(PathOf(entry), problem);
                return true;
            }

            if (file is not null && file.State().TryGet(out LogFileState state, out _) && IsSame(state, sibling))
            {
                return true;
            }

            file?.Dispose();
            _context.ForgetListings();
            entry = _context.List(_directory).FirstOrDefault(now => IsSame(now.State, sibling));
            if (entry.Name is null)
            {
                break;
            }
        }

        file = null;
        return false;
    }

    private static bool IsSame(LogFileState state, Sibling sibling) =>
        state.Identity == sibling.Entry.State.Identity && state.Modified == sibling.Modified && state.Length == sibling.Entry.State.Length;

    private string PathOf(LogFileEntry entry) => _directory == "/" ? "/" + entry.Name : $"{_directory}/{entry.Name}";
}
