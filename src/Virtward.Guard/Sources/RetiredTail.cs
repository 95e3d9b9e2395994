namespace Virtward.Guard.Sources;

/// <summary>A file that has lost its name to another and is read to its end.</summary>
/// <param name="Tail">The file.</param>
/// <param name="LastGrowth">When it grew last, or lost its name: a timestamp of the clock.</param>
public readonly record struct RetiredTail(LogTail Tail, long LastGrowth);
