using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Virtward.Core.Host;
using Virtward.Core.Results;

namespace Virtward.Linux.Files;

/// <summary>An open file, by its descriptor.</summary>
public sealed class LinuxLogFile : ILogFile
{
    private readonly SafeFileHandle _handle;
    private readonly string _path;

    /// <summary>Takes over an open descriptor.</summary>
    /// <param name="handle">The descriptor, closed with this object.</param>
    /// <param name="path">The name that it was opened by, for messages.</param>
    public LinuxLogFile(SafeFileHandle handle, string path)
    {
        _handle = handle;
        _path = path;
    }

    /// <summary>A path that leads to this very file as long as it is open, whatever became of its name (proc(5)).</summary>
    public string MagicPath => $"/proc/self/fd/{FileCalls.Number(_handle)}";

    /// <inheritdoc/>
    public Result<LogFileState> State() =>
        FileCalls.Stat(_handle, "", FileCalls.EmptyPath, FileCalls.BasicStats, out StatBuffer stat) == 0
            ? stat.ToState()
            : LinuxLogFiles.LastProblem("cannot examine the log file", _path);

    /// <inheritdoc/>
    public Result<int> Read(long offset, Span<byte> buffer)
    {
        // One call and no second one to fill the buffer: between two the file may be cut off and filled again, and their bytes
        // would not belong together.
        while (true)
        {
            nint read = FileCalls.ReadAt(_handle, buffer, (nuint)buffer.Length, offset);
            if (read >= 0)
            {
                return (int)read;
            }

            if (Marshal.GetLastPInvokeError() != FileCalls.Interrupted)
            {
                return LinuxLogFiles.LastProblem("cannot read the log file", _path);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _handle.Dispose();
}
