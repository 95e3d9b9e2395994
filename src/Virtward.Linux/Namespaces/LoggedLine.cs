namespace Virtward.Linux.Namespaces;

/// <summary>A line that has just been written to a log.</summary>
/// <param name="Text">The line without its line feed, header included.</param>
/// <param name="Written">
/// Right before write(2), as <see cref="System.Diagnostics.Stopwatch.GetTimestamp"/> counts: whoever follows the log can have acted on the
/// line before write(2) is back.
/// </param>
public readonly record struct LoggedLine(string Text, long Written);
