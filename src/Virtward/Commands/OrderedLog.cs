using Virtward.Core.Time;

namespace Virtward.Commands;

/// <summary>A log of a replay, in its place.</summary>
/// <param name="Path">Its path; - for stdin.</param>
/// <param name="Begins">The first stamp in it; <see cref="UnixTime.None"/> where none was found.</param>
/// <param name="Ends">When it was last written to: stamps without a year are before it.</param>
public sealed record OrderedLog(string Path, UnixTime Begins, UnixTime Ends);
