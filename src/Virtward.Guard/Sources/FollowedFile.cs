using Virtward.Core.Host;
using Virtward.Core.Results;

namespace Virtward.Guard.Sources;

/// <summary>
/// One path that is followed through every kind of rotation. The file that has the name now is the current one; files that had it before
/// are retired: read to their end before the current one, and kept open for a while because their writer may still hold them.
/// What became of files that were renamed, copied, truncated or compressed unseen is found by <see cref="RotatedFiles"/>.
/// </summary>
public sealed class FollowedFile : IDisposable
{
    private const int MostSwitches = 8;
    private const int MostFinished = 8;
    private const int MostAhead = 64;

    private readonly FollowContext _context;
    private readonly List<RetiredTail> _retired = [];
    private readonly RotatedFiles _rotated;
    private readonly List<FileMark> _finished = [];
    private LogTail? _current;

    /// <summary>Follows a path.</summary>
    /// <param name="context">What the source shares.</param>
    /// <param name="path">The path.</param>
    /// <param name="marks">The places where reading stopped before the restart, oldest file first; none for a new path.</param>
    /// <param name="isNew">Whether the file has come into being while we were watching, so that all of it is new.</param>
    public FollowedFile(FollowContext context, string path, IReadOnlyList<FileMark> marks, bool isNew)
    {
        _context = context;
        Path = path;
        foreach (FileMark mark in marks)
        {
            context.History.Remember(mark);
        }

        _finished.AddRange(marks.Where(mark => mark.IsFinished).TakeLast(MostFinished + MostAhead));
        _rotated = new RotatedFiles(context, this, marks);
        StartsAtBeginning = isNew || marks.Count > 0;
    }

    /// <summary>The path.</summary>
    public string Path { get; }

    /// <summary>Whether a file without a known place is read from its beginning; otherwise only the end of a very long one is.</summary>
    public bool StartsAtBeginning { get; private set; }

    /// <summary>The file that has the path now; null while there is none.</summary>
    public LogTail? Current => _current;

    /// <summary>
    /// Where reading would go on after a restart, as <see cref="SourcePosition.Mark"/>: the files that were finished last, then those
    /// that are open, each oldest first; null before anything was read.
    /// </summary>
    public string? Position
    {
        get
        {
            IEnumerable<FileMark> marks = _finished.Concat(_rotated.Sought).Concat(_retired.Select(retired => retired.Tail.Mark));
            string text = string.Join(' ', _current is null ? marks : marks.Append(_current.Mark));
            return text.Length == 0 ? null : text;
        }
    }

    /// <summary>Reads a saved position; what is damaged in it is left out.</summary>
    public static IReadOnlyList<FileMark> ParsePosition(string? text)
    {
        var marks = new List<FileMark>();
        foreach (string word in (text ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (FileMark.TryParse(word, out FileMark mark))
            {
                marks.Add(mark);
            }
        }

        return marks;
    }

    /// <summary>Whether this log has a file open.</summary>
    public bool Holds(FileIdentity identity) =>
        _current?.Identity == identity || _retired.Exists(retired => retired.Tail.Identity == identity);

    /// <summary>Whether the content up to a mark is open, in whatever file.</summary>
    public bool HoldsContentOf(FileMark mark) =>
        (_current is { } current && mark.IsIn(current.File)) || _retired.Exists(retired => mark.IsIn(retired.Tail.File));

    /// <summary>Looks which file has the path now, and, where names have changed, what became of those that had it.</summary>
    /// <param name="namesChanged">Whether the names in the directory may have changed.</param>
    public void Look(bool namesChanged)
    {
        for (int i = 0; i < MostSwitches; i++)
        {
            Result<LogFileState?> found = _context.Files.Stat(Path);
            if (!found.TryGet(out LogFileState? now, out Problem? problem))
            {
                _context.Output.Trouble(Path, problem);
                break;
            }

            if (now is not { } state)
            {
                namesChanged |= _current is not null;
                RetireCurrent();
                break;
            }

            if (_current?.Identity == state.Identity)
            {
                break;
            }

            if (IsSecondName(state.Identity))
            {
                namesChanged |= _current is not null;
                RetireCurrent();
                break;
            }

            if (!TryOpen(out ILogFile? file))
            {
                break;
            }

            namesChanged = true;
            _context.ForgetListings();
            Switch(file);
        }

        if (namesChanged || _rotated.IsDue)
        {
            FindRotated();
        }

        StartsAtBeginning = true;
    }

    /// <summary>Hands on what has come in the files that may have changed.</summary>
    /// <param name="changed">The numbers of changed watches; null for all.</param>
    /// <returns>Whether there is more to read at once.</returns>
    public bool Read(ISet<int>? changed)
    {
        if (ReadRetired(changed))
        {
            return true;
        }

        if (_current is not { } current || !(changed is null || current.IsBehind || current.IsAmong(changed)))
        {
            return false;
        }

        switch (current.Read())
        {
            case TailOutcome.More:
                return true;

            case TailOutcome.Replaced:
                _context.ForgetListings();
                FindRotated();
                return true;

            case TailOutcome.Failed:
                // Opened anew at the next look; what was handed on is known.
                CloseCurrent();
                return false;

            default:
                return false;
        }
    }

    /// <summary>Notes when the open files were modified last, for <see cref="Position"/>.</summary>
    public void RefreshModified()
    {
        _current?.RefreshModified();
        _retired.ForEach(retired => retired.Tail.RefreshModified());
    }

    /// <summary>Hands on everything that the retired files hold now, and remembers how far that is.</summary>
    public void ReadRetiredToEnd()
    {
        foreach (RetiredTail retired in _retired)
        {
            CheckReplaced(retired.Tail);
            for (TailOutcome outcome = TailOutcome.More; outcome == TailOutcome.More;)
            {
                outcome = retired.Tail.Read();
                outcome = outcome == TailOutcome.Replaced && CheckReplaced(retired.Tail) ? TailOutcome.More : outcome;
            }

            _context.History.Remember(retired.Tail.Mark);
        }
    }

    /// <summary>The place in an open file; null where it is not open here.</summary>
    public FileMark? OpenMark(FileIdentity identity) =>
        _current?.Identity == identity ? _current.Mark : _retired.Where(retired => retired.Tail.Identity == identity).Select(retired => retired.Tail.Mark).FirstOrDefault();

    /// <summary>Whether an open file holds other content by now than what was read.</summary>
    public bool WasReplaced(FileIdentity identity) =>
        _current?.Identity == identity ? _current.WasReplaced() : _retired.Exists(retired => retired.Tail.Identity == identity && retired.Tail.WasReplaced());

    /// <summary>All older files have been found: what is open is not ahead of them any more.</summary>
    /// <param name="isBegun">
    /// Whether the beginning of the current file was known before they were looked for. In an empty one, something may have been
    /// written, copied and cut off since, before we see any of it.
    /// </param>
    public void Settle(bool isBegun)
    {
        _current?.IsAhead &= !isBegun;
        _retired.ForEach(retired => retired.Tail.IsAhead = false);
        for (int i = 0; i < _finished.Count; i++)
        {
            _finished[i] = _finished[i] with { IsAhead = false };
        }

        _finished.Sort((one, other) => one.Modified.CompareTo(other.Modified));
        _finished.RemoveRange(0, Math.Max(0, _finished.Count - MostFinished));
    }

    /// <summary>Takes a file that had the path before and is to be read to its end.</summary>
    public void AddRetired(LogTail tail)
    {
        _retired.Add(new RetiredTail(tail, _context.Clock.GetTimestamp()));
    }

    /// <summary>Remembers that a file that had the path before has been read to its end.</summary>
    public void AddFinished(FileMark mark)
    {
        _context.History.Remember(mark);
        _finished.RemoveAll(known => known.Identity == mark.Identity);
        _finished.Add(mark with { IsFinished = true });
        foreach (bool isAhead in (ReadOnlySpan<bool>)[false, true])
        {
            // Not the one finished first goes: a file may have been kept open long after a copy of a later one was done with.
            IEnumerable<FileMark> alike = _finished.Where(known => known.IsAhead == isAhead);
            if (alike.Count() > (isAhead ? MostAhead : MostFinished))
            {
                _finished.Remove(alike.MinBy(known => known.Modified)!);
            }
        }
    }

    /// <summary>Gives up a retired file, because it has another name now that is followed too; null where there is none.</summary>
    public LogTail? Release(FileIdentity identity)
    {
        int index = _retired.FindIndex(retired => retired.Tail.Identity == identity);
        if (index < 0)
        {
            return null;
        }

        LogTail tail = _retired[index].Tail;
        _retired.RemoveAt(index);
        return tail;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        CloseCurrent();
        _retired.ForEach(retired => retired.Tail.Dispose());
        _retired.Clear();
    }

    /// <summary>Whether a file is another log's current one: then it is followed there, under its other name.</summary>
    private bool IsSecondName(FileIdentity identity) =>
        _context.HolderOf(identity) is { } holder && holder != this && holder.Current?.Identity == identity;

    private bool TryOpen([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out ILogFile? file)
    {
        if (!_context.Files.Open(Path).TryGet(out file, out Problem? problem))
        {
            _context.Output.Trouble(Path, problem);
            return false;
        }

        _context.Output.Settled(Path);
        return file is not null;
    }

    private void Switch(ILogFile file)
    {
        if (!file.State().TryGet(out LogFileState state, out Problem? problem))
        {
            file.Dispose();
            _context.Output.Trouble(Path, problem);
            return;
        }

        if (_current is not null || _retired.Count > 0 || _finished.Count > 0)
        {
            _context.Output.Rotations++;
        }

        RetireCurrent();
        _current = Begin(file, state);
    }

    /// <summary>Finds the place where to begin with a file that has the path now.</summary>
    private LogTail Begin(ILogFile file, LogFileState state)
    {
        if (_context.HolderOf(state.Identity)?.Release(state.Identity) is { } moved)
        {
            file.Dispose();
            return moved;
        }

        if (_context.History.FindContent(mark => mark.IsIn(file)) is { } known)
        {
            _rotated.Found(known);
            if (known.Offset > 0)
            {
                return new LogTail(_context, file, Path, known with { Identity = state.Identity, Modified = state.Modified });
            }
        }

        // Until older files have been looked for, its place says nothing of them.
        long start = StartsAtBeginning || state.Length <= _context.Options.WholeUpTo ? 0 : state.Length - _context.Options.OnlyLast;
        return new LogTail(_context, file, Path, FileMark.At(file, state, start), inLine: start > 0) { IsAhead = true };
    }

    private void RetireCurrent()
    {
        if (_current is { } tail)
        {
            tail.RefreshModified();
            AddRetired(tail);
            _current = null;
        }
    }

    private void CloseCurrent()
    {
        if (_current is { } tail)
        {
            AddFinished(tail.Mark);
            tail.Dispose();
            _current = null;
        }
    }

    /// <summary>
    /// Searches beside the log. Before that the retired files are read to their end, so that a copy of one, compressed perhaps,
    /// is known to hold nothing new.
    /// </summary>
    private void FindRotated()
    {
        ReadRetiredToEnd();
        if (_current is { } current && !CheckReplaced(current) && current.Mark is { Offset: > 0 } mark)
        {
            _context.History.Remember(mark);
        }

        _rotated.Find();
    }

    /// <summary>
    /// Begins a file again that holds other content by now: the rest of what was there before is in a copy, if anywhere
    /// (logrotate's copytruncate).
    /// </summary>
    private bool CheckReplaced(LogTail tail)
    {
        if (!tail.WasReplaced())
        {
            return false;
        }

        _context.Output.Truncations++;
        _context.History.Remember(tail.Mark);
        _rotated.Seek(tail.Mark);
        tail.Restart();
        tail.IsAhead = true;
        return true;
    }

    private bool ReadRetired(ISet<int>? changed)
    {
        long now = _context.Clock.GetTimestamp();
        for (int i = 0; i < _retired.Count; i++)
        {
            RetiredTail retired = _retired[i];
            bool isLate = _context.Clock.GetElapsedTime(retired.LastGrowth, now) > _context.Options.Grace;
            bool mustGo = isLate || _retired.Count > _context.Options.MostRetired;
            if (changed is not null && !mustGo && !retired.Tail.IsBehind && !retired.Tail.IsAmong(changed))
            {
                continue;
            }

            long before = retired.Tail.Next;
            TailOutcome outcome = retired.Tail.Read();
            if (retired.Tail.Next != before)
            {
                _retired[i] = retired with { LastGrowth = now };
                mustGo &= !isLate;
            }

            if (outcome == TailOutcome.Replaced)
            {
                _context.ForgetListings();
                FindRotated();
                return true;
            }

            if (outcome == TailOutcome.More)
            {
                return true;
            }

            if (mustGo || outcome != TailOutcome.EndOfFile)
            {
                Finish(retired.Tail, isWhole: outcome == TailOutcome.EndOfFile);
                _retired.RemoveAt(i--);
            }
        }

        return false;
    }

    /// <summary>A file that had the path before is done with.</summary>
    private void Finish(LogTail tail, bool isWhole)
    {
        if (isWhole)
        {
            tail.HandOnRest();
        }

        tail.RefreshModified();
        AddFinished(tail.Mark);
        tail.Dispose();
    }
}
