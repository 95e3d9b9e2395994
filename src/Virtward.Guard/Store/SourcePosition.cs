namespace Virtward.Guard.Store;

/// <summary>How far a source has been read.</summary>
/// <param name="Source">The source's key: the path of a file, or <c>journal</c>.</param>
/// <param name="Text">The source's own notation of the place; the store does not look into it.</param>
public sealed record SourcePosition(string Source, string Text);
