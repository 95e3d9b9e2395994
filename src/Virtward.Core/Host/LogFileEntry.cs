namespace Virtward.Core.Host;

/// <summary>A regular file in a directory.</summary>
/// <param name="Name">Its name, without the directory.</param>
/// <param name="State">Its state when the directory was read.</param>
public readonly record struct LogFileEntry(string Name, LogFileState State);
