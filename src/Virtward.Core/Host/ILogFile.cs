using Virtward.Core.Results;

namespace Virtward.Core.Host;

/// <summary>One open log file, read by position; it stays the same file whatever becomes of its name.</summary>
public interface ILogFile : IDisposable
{
    /// <summary>Its present state.</summary>
    Result<LogFileState> State();

    /// <summary>Reads what is there, at most until the buffer is full, and never waits for more.</summary>
    /// <param name="offset">Where to begin, in bytes.</param>
    /// <param name="buffer">Where to put it.</param>
    /// <returns>How many bytes were read: less than the buffer holds only at the end of the file; 0 at or beyond it.</returns>
    Result<int> Read(long offset, Span<byte> buffer);
}
