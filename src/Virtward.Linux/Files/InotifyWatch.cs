using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Virtward.Core.Host;
using Virtward.Core.Results;

namespace Virtward.Linux.Files;

/// <summary>inotify(7). One thread at a time.</summary>
public sealed class InotifyWatch : IFileWatch
{
    // IN_MODIFY | IN_ATTRIB | IN_DELETE_SELF | IN_MOVE_SELF; IN_ATTRIB also tells of links that go and of permissions that come back.
    private const uint FileEvents = 0x2 | 0x4 | 0x400 | 0x800;

    // IN_ATTRIB | IN_MOVED_FROM | IN_MOVED_TO | IN_CREATE | IN_DELETE | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR
    private const uint DirectoryEvents = 0x4 | 0x40 | 0x80 | 0x100 | 0x200 | 0x400 | 0x800 | 0x0100_0000;

    private const uint QueueOverflow = 0x4000;
    private const int HeaderSize = 16;

    private readonly SafeFileHandle _handle;
    private readonly Dictionary<int, int> _uses = [];
    private readonly byte[] _buffer = new byte[64 * 1024];

    private InotifyWatch(SafeFileHandle handle) => _handle = handle;

    /// <inheritdoc/>
    public int Descriptor => FileCalls.Number(_handle);

    /// <summary>Opens an inotify instance; refused at the user's limit of instances.</summary>
    public static Result<IFileWatch> Start()
    {
        SafeFileHandle handle = FileCalls.StartInotify(FileCalls.NonBlocking);
        return handle.IsInvalid
            ? LinuxLogFiles.LastProblem("cannot watch log files with inotify, they are looked at five times a second instead", null)
            : new InotifyWatch(handle);
    }

    /// <inheritdoc/>
    public Result<int> WatchFile(ILogFile file) =>
        file is LinuxLogFile real
            ? Add(real.MagicPath, FileEvents)
            : throw new ArgumentException("the file is of another implementation of the seam", nameof(file));

    /// <inheritdoc/>
    public Result<int> WatchDirectory(string path) => Add(path, DirectoryEvents);

    /// <inheritdoc/>
    public void Unwatch(int number)
    {
        if (!_uses.TryGetValue(number, out int uses))
        {
            return;
        }

        if (uses > 1)
        {
            _uses[number] = uses - 1;
            return;
        }

        _uses.Remove(number);

        // Fails where the kernel has dropped it already, with the file: nothing is left to do then.
        _ = FileCalls.RemoveWatch(_handle, number);
    }

    /// <inheritdoc/>
    public bool Drain(ISet<int> changed)
    {
        bool complete = true;
        while (true)
        {
            nint read = FileCalls.Read(_handle, _buffer, (nuint)_buffer.Length);
            if (read <= 0)
            {
                if (read < 0 && Marshal.GetLastPInvokeError() == FileCalls.Interrupted)
                {
                    continue;
                }

                return complete;
            }

            ReadOnlySpan<byte> events = _buffer.AsSpan(0, (int)read);
            while (events.Length >= HeaderSize)
            {
                // struct inotify_event: wd, mask, cookie, len, then the name.
                int number = BinaryPrimitives.ReadInt32LittleEndian(events);
                uint mask = BinaryPrimitives.ReadUInt32LittleEndian(events[4..]);
                int nameLength = BinaryPrimitives.ReadInt32LittleEndian(events[12..]);
                complete &= (mask & QueueOverflow) == 0;
                changed.Add(number);
                events = events[(HeaderSize + nameLength)..];
            }

            if (read < _buffer.Length / 2)
            {
                return complete;
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _handle.Dispose();

    private Result<int> Add(string path, uint mask)
    {
        int number = FileCalls.AddWatch(_handle, path, mask);
        if (number < 0)
        {
            return LinuxLogFiles.LastProblem("cannot watch with inotify", path);
        }

        _uses[number] = _uses.GetValueOrDefault(number) + 1;
        return number;
    }
}
