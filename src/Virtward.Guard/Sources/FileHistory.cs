namespace Virtward.Guard.Sources;

/// <summary>
/// How far every file of a source has been read that is not being read now, so that one that comes back under another name, as a
/// copy or compressed is known again. Bounded: the oldest is forgotten first.
/// </summary>
public sealed class FileHistory
{
    private const int Most = 8192;
    private readonly List<FileMark> _marks = [];

    /// <summary>
    /// Remembers how far a file has been read, in place of what was known of the same file with the same beginning. What is known of
    /// other content stays: an inode number is used again, and two files may have had it.
    /// </summary>
    public void Remember(FileMark mark)
    {
        _marks.RemoveAll(known => known.Identity == mark.Identity && known.Head == mark.Head);
        _marks.Add(mark);
        if (_marks.Count > Most)
        {
            _marks.RemoveAt(0);
        }
    }

    /// <summary>All older files have been found: nothing is ahead of them any more.</summary>
    public void Settle()
    {
        for (int i = 0; i < _marks.Count; i++)
        {
            if (_marks[i].IsAhead)
            {
                _marks[i] = _marks[i] with { IsAhead = false };
            }
        }
    }

    /// <summary>The newest mark that fits; null for none.</summary>
    public FileMark? Find(Predicate<FileMark> fits) => _marks.FindLast(fits);

    /// <summary>
    /// How far content has been read, whichever file it was in: the furthest mark that is in it, or null. A mark of a file that was
    /// empty tells nothing.
    /// </summary>
    /// <param name="isIn">Whether a mark is in the content at hand.</param>
    public FileMark? FindContent(Func<FileMark, bool> isIn)
    {
        FileMark? best = null;
        foreach (FileMark mark in _marks)
        {
            if (mark.Head.Length > 0 && (best is null || mark.Offset > best.Offset) && isIn(mark))
            {
                best = mark;
            }
        }

        return best;
    }
}
