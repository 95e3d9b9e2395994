using Virtward.Core.Host;

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

    /// <summary>What is known of it.</summary>
    public SiblingStanding Standing { get; set; }
}
