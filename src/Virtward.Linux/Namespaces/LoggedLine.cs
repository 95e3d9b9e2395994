namespace Virtward.Linux.Namespaces;

/// <summary>A line that has just been written to a log.</summary>
/// <param name="Text">The line without its line feed, header included.</param>
/// <param name="Written">When write(2) had returned, as <see cref="System.Diagnostics.Stopwatch.GetTimestamp"/> counts.</param>
public readonly record struct LoggedLine(string Text, long Written);
