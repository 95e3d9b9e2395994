using Virtward.Core.Host;
using Virtward.Core.Time;

namespace Virtward.Guard.Sources;

/// <summary>A rotated file beside a log.</summary>
public sealed class Sibling
{
    /// <summary>A file whose name is that of a rotated one.</summary>
    public Sibling(LogFileEntry entry, RotatedName name)
    {
        Entry = entry;
        Name = name;
    }

    /// <summary>The file.</summary>
    public LogFileEntry Entry { get; }

    /// <summary>What its name says.</summary>
    public RotatedName Name { get; }

    /// <summary>When it was modified last; a compressed file has the time of what was compressed (gzip(1), logrotate(8)).</summary>
    public UnixTime Modified => Entry.State.Modified;

    /// <summary>Whether it is known only since a search that is not over, see <see cref="FileMark.IsAhead"/>.</summary>
    public bool IsAhead { get; set; }

    /// <summary>What is known of it.</summary>
    public SiblingStanding Standing { get; set; }
}
