namespace Virtward.Guard.Filters.Regexes.Bytes;

/// <summary>A place where a group began or ended on the way to where a search is. Written field by field, which is quickest.</summary>
internal struct Mark
{
    /// <summary>The group's number twice, and one more where it ended.</summary>
    public int What;

    /// <summary>The place.</summary>
    public int At;
}
