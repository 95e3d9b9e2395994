using System.Runtime.InteropServices;
using Virtward.Core.Host;
using Virtward.Core.Time;

namespace Virtward.Linux.Files;

/// <summary>struct statx of statx(2), the fields that are used; 256 bytes on every architecture.</summary>
[StructLayout(LayoutKind.Explicit, Size = 256)]
internal readonly struct StatBuffer
{
    [FieldOffset(16)] private readonly uint _links;
    [FieldOffset(28)] private readonly ushort _mode;
    [FieldOffset(32)] private readonly ulong _inode;
    [FieldOffset(40)] private readonly ulong _size;
    [FieldOffset(112)] private readonly long _modifiedSeconds;
    [FieldOffset(120)] private readonly uint _modifiedNanoseconds;
    [FieldOffset(136)] private readonly uint _deviceMajor;
    [FieldOffset(140)] private readonly uint _deviceMinor;

    /// <summary>Whether it is a regular file (S_IFREG).</summary>
    public bool IsRegular => (_mode & 0xF000) == 0x8000;

    /// <summary>The part that the seam speaks of.</summary>
    public LogFileState ToState() => new(
        new FileIdentity(((ulong)_deviceMajor << 32) | _deviceMinor, _inode),
        (long)_size,
        new UnixTime((_modifiedSeconds * 1_000_000) + (_modifiedNanoseconds / 1000)),
        (int)Math.Min(_links, int.MaxValue));
}
