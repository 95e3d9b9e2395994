using Virtward.Core.Host;

namespace Virtward.Guard.Sources;

/// <summary>
/// How far every file of a source has been read that is not being read now, so that one that comes back under another name, as a
/// copy or compressed is known again. Bounded: the oldest is forgotten first.
/// </summary>
public sealed class FileHistory
{
    private const int Most = 1024;
    private readonly List<FileMark> _marks = [];

    /// <summary>Remembers how far a file has been read, in place of what was known of the same file with the same beginning.</summary>
    public void Remember(FileMark mark)
    {
        _marks.RemoveAll(known => known.Identity == mark.Identity && (known.Head == mark.Head || known.Head.Length == 0));
        _marks.Add(mark);
        if (_marks.Count > Most)
        {
            _marks.RemoveAt(0);
        }
    }

    /// <summary>What is known of a file by its identity alone; null for nothing. Its content must still be compared.</summary>
    public FileMark? Find(FileIdentity identity) => _marks.FindLast(mark => mark.Identity == identity);

    /// <summary>How far content has been read, whichever file it was in: the furthest mark that is in it, or null.</summary>
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
