namespace Virtward.Guard.Filters.Regexes.Bytes;

/// <summary>A choice that a search can go back to. Written field by field, which is quickest.</summary>
internal struct Note
{
    /// <summary>The step that left a way open.</summary>
    public int Step;

    /// <summary>The place, or the first of several.</summary>
    public int Left;

    /// <summary>The last of several places.</summary>
    public int Right;

    /// <summary>How many marks there were.</summary>
    public int Marks;
}
