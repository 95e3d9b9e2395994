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
    private bool _currentWasFound;
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
        _resumedAt = marks.Count > 0 ? marks.Max(mark => mark.Modified) : UnixTime.None;
    }

    /// <summary>
    /// Whether names in the directory have changed since the last search, by its modification time. The time is as coarse as the
    /// kernel's tick, so that a change within the second before the search counts as unseen.
    /// </summary>
    public bool IsDue =>
        _isFirst || (DirectoryTime() is { IsKnown: true } time && (time != _directoryTime || time + TimeSpan.FromSeconds(1) > _searched));

    /// <summary>A mark's file has to be found at the next search.</summary>
    public void Seek(FileMark mark) => _sought.Add(mark);

    /// <summary>A mark's file is the one that has the log's name now.</summary>
    public void Found(FileMark mark)
    {
        // What stands before it in the list of the restart is older, and what is not in the list is older still. A file of which
        // nothing was read proves nothing: it may have been filled, copied and truncated since.
        _currentWasFound |= _sought.Remove(mark) && _isFirst && mark.Offset > 0;
    }

    /// <summary>Searches; what has unread lines is handed to the log as a retired file, or, compressed, read at once.</summary>
    public void Find()
    {
        _searched = UnixTime.Now(_context.Clock);
        _directoryTime = DirectoryTime();
        for (int i = 0; i < MostAttempts; i++)
        {
            if (TryFind())
            {
                break;
            }

            // A rotation goes on while we look: names lead to other files than listed, and it all begins again. What was
            // found so far is read before that, so that a compressed copy of it is known to be one.
            _context.ForgetListings();
            _log.ReadRetiredToEnd();
        }

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

        _sought.Clear();
        _isFirst = false;
    }

    private UnixTime DirectoryTime() =>
        _context.Files.Stat(_directory).TryGet(out LogFileState? state, out _) && state is { } directory ? directory.Modified : UnixTime.None;

    private bool TryFind()
    {
        List<Sibling> siblings = Siblings();
        int newestKnown = -1;
        for (int i = 0; i < siblings.Count; i++)
        {
            if (!Examine(siblings[i]))
            {
                return false;
            }

            newestKnown = siblings[i].Standing == SiblingStanding.Known ? i : newestKnown;
        }

        for (int i = 0; i < siblings.Count; i++)
        {
            Sibling sibling = siblings[i];
            if (sibling.Standing == SiblingStanding.Unknown && !Take(sibling, IsNew(sibling, i, newestKnown)))
            {
                return false;
            }
        }

        return true;
    }

    private List<Sibling> Siblings()
    {
        var siblings = new List<Sibling>();
        foreach (LogFileEntry entry in _context.List(_directory))
        {
            if (RotatedName.TryParse(_name, entry.Name, out RotatedName rotated)
                && entry.State.Length > 0
                && !_context.Followed.ContainsKey(PathOf(entry)))
            {
                siblings.Add(new Sibling(entry, rotated));
            }
        }

        // Names tell the order unless the way of rotating was changed, from numbers to dates or back; then the times do.
        bool isMixed = siblings.Exists(sibling => sibling.Name.IsNumbered) && siblings.Exists(sibling => !sibling.Name.IsNumbered);
        siblings.Sort((one, other) =>
        {
            int byName = one.Name.CompareAge(other.Name);
            int byTime = one.Entry.State.Modified.CompareTo(other.Entry.State.Modified);
            return isMixed ? (byTime != 0 ? byTime : byName) : (byName != 0 ? byName : byTime);
        });
        return siblings;
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

        return _isResumed && !_currentWasFound && (newestKnown >= 0 ? index > newestKnown : sibling.Entry.State.Modified > _resumedAt);
    }

    /// <summary>Finds out whether a file is known, and has its rest read if there is one.</summary>
    /// <returns>False where the name leads to another file by now.</returns>
    private bool Examine(Sibling sibling)
    {
        LogFileState state = sibling.Entry.State;
        FileMark? same = _context.History.Find(state.Identity);
        bool isOpen = _context.HolderOf(state.Identity) is not null;
        if (isOpen || IsUnchanged(same, sibling))
        {
            if (!isOpen && _isFirst)
            {
                // It stays in the position, so that the next restart knows it too.
                _log.AddFinished(same!);
            }

            Know(sibling, same);
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

        bool isTaken = sibling.Name.IsCompressed ? ExamineCompressed(sibling, file) : ExaminePlain(sibling, file, same);
        if (!isTaken)
        {
            file.Dispose();
        }

        return true;
    }

    private bool ExaminePlain(Sibling sibling, ILogFile file, FileMark? same)
    {
        // A mark of a file of which nothing was read proves nothing: the inode number may have been used again.
        FileMark? known = same is { Head.Length: > 0 } && same.IsIn(file) ? same : null;
        if (known is null && IsCopyOfCurrent(length => Fingerprint.Read(file, 0, length)))
        {
            sibling.Standing = SiblingStanding.CopyOfCurrent;
            return false;
        }

        known ??= _context.History.FindContent(mark => mark.IsIn(file));
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

    private bool ExamineCompressed(Sibling sibling, ILogFile file)
    {
        var log = new CompressedLog(file, _context);
        if (_context.History.FindContent(log.Holds) is { } known)
        {
            Know(sibling, known);
            if (!IsRestOpen(known))
            {
                HandOn(log, sibling, known.Offset);
            }
        }
        else if (IsCopyOfCurrent(log.HeadOf))
        {
            // The log was rotated and compressed while we look: its descriptor has it all.
            sibling.Standing = SiblingStanding.CopyOfCurrent;
        }
        else if (!log.IsReadable || _context.History.FindContent(log.BeginsLike) is not null || HasOriginal(sibling))
        {
            // It is being written, or it is damaged; looked at again when names change.
            sibling.Standing = SiblingStanding.Unreadable;
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
            _context.History.Remember(new FileMark(state.Identity, state.Length, state.Modified, default, default));
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
            _log.AddRetired(new LogTail(_context, file, PathOf(sibling.Entry), FileMark.At(file, state, 0)));
            return true;
        }

        using (file)
        {
            if (isNew)
            {
                HandOn(new CompressedLog(file, _context), sibling, 0);
            }
            else
            {
                _context.History.Remember(FileMark.At(file, state, state.Length));
            }
        }

        return true;
    }

    /// <summary>Whether the uncompressed file is still there: gzip(1) removes it when it is done.</summary>
    private bool HasOriginal(Sibling compressed)
    {
        string original = compressed.Entry.Name[..^3];
        return _context.List(_directory).Any(entry => entry.Name == original);
    }

    private void HandOn(CompressedLog log, Sibling sibling, long from)
    {
        LogFileState state = sibling.Entry.State;
        _log.AddFinished(log.HandOn(PathOf(sibling.Entry), state, from) ?? new FileMark(state.Identity, state.Length, state.Modified, default, default));
    }

    /// <summary>
    /// Whether a file is a copy of the log's present one, which logrotate makes before it truncates. Where nothing of the present one
    /// has been read, it must from now on begin like the copy: otherwise it was truncated since, and the copy holds what is missing.
    /// </summary>
    /// <param name="headOf">The fingerprint of the copy's first bytes, as many as are asked for or as there are.</param>
    private bool IsCopyOfCurrent(Func<int, Fingerprint> headOf)
    {
        if (_log.Current is not { } current)
        {
            return false;
        }

        Fingerprint beginning = headOf(Fingerprint.HeadSize);
        Fingerprint head = current.Mark.Head;
        if (head.Length > 0 && beginning.Length >= head.Length)
        {
            return headOf(head.Length) == head;
        }

        bool isSame = beginning.Length > 0 && Fingerprint.Read(current.File, 0, beginning.Length) == beginning;
        if (isSame && head.Length == 0)
        {
            current.Expect(beginning);
        }

        return isSame;
    }

    /// <summary>Whether the content that a mark was made of is still open, so that its rest comes from there and not from a copy.</summary>
    private bool IsRestOpen(FileMark mark) => _context.HolderOf(mark.Identity) is { } holder && holder.HoldsContentOf(mark);

    /// <summary>Whether a file is just as it was when we had read all of it, so that it need not be opened.</summary>
    private static bool IsUnchanged(FileMark? mark, Sibling sibling) =>
        mark is not null
        && mark.Modified == sibling.Entry.State.Modified
        && (sibling.Name.IsCompressed || mark.Offset == sibling.Entry.State.Length);

    private void Know(Sibling sibling, FileMark? mark)
    {
        sibling.Standing = SiblingStanding.Known;
        if (mark is not null)
        {
            // Marks of the same content that were made earlier, by another descriptor, are found with it.
            _sought.RemoveAll(sought => sought == mark || (sought.Head == mark.Head && sought.Head.Length > 0 && sought.Offset <= mark.Offset));
        }
    }

    /// <summary>Opens what was listed; null where it cannot be read.</summary>
    /// <returns>False where the name leads to another file by now.</returns>
    private bool TryOpen(Sibling sibling, out ILogFile? file)
    {
        if (!_context.Files.Open(PathOf(sibling.Entry)).TryGet(out file, out Problem? problem))
        {
            _context.Output.Trouble(PathOf(sibling.Entry), problem);
            return true;
        }

        if (file is null || !file.State().TryGet(out LogFileState state, out _) || state.Identity != sibling.Entry.State.Identity)
        {
            file?.Dispose();
            file = null;
            return false;
        }

        return true;
    }

    private string PathOf(LogFileEntry entry) => _directory == "/" ? "/" + entry.Name : $"{_directory}/{entry.Name}";
}
