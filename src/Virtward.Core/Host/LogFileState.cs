using Virtward.Core.Time;

namespace Virtward.Core.Host;

/// <summary>What stat(2) says of a log file, or of a directory that holds log files.</summary>
/// <param name="Identity">Which file it is.</param>
/// <param name="Length">Its length in bytes.</param>
/// <param name="Modified">When its content changed last (st_mtime).</param>
/// <param name="Links">How many names it has; 0 when it is deleted and only held open.</param>
public readonly record struct LogFileState(FileIdentity Identity, long Length, UnixTime Modified, int Links);
