using System.Runtime.InteropServices;
using Virtward.Core.Host;
using Virtward.Core.Time;

namespace Virtward.Linux.Files;

/// <summary>struct statx of statx(2), the fields that are used; 256 bytes on every architecture.</summary>
[StructLayout(LayoutKind.Explicit, Size = 256)]
internal readonly struct StatBuffer
{
    [FieldOffset(16)] private readonly uint _links;
    [FieldOffset(20)] private readonly uint _uid;
    [FieldOffset(24)] private readonly uint _gid;
    [FieldOffset(28)] private readonly ushort _mode;
    [FieldOffset(32)] private readonly ulong _inode;
    [FieldOffset(40)] private readonly ulong _size;
    [FieldOffset(112)] private readonly long _modifiedSeconds;
    [FieldOffset(120)] private readonly uint _modifiedNanoseconds;
    [FieldOffset(136)] private readonly uint _deviceMajor;
    [FieldOffset(140)] private readonly uint _deviceMinor;

    /// <summary>Whether it is a regular file (S_IFREG).</summary>
    public bool IsRegular => (_mode & 0xF000) == 0x8000;

    /// <summary>The device that holds it.</summary>
    public ulong Device => ((ulong)_deviceMajor << 32) | _deviceMinor;

    /// <summary>Its number on that device.</summary>
    public ulong Inode => _inode;

    /// <summary>st_mode's low 12 bits.</summary>
    public int Permissions => _mode & 0xFFF;

    /// <summary>Whether it is a directory (S_IFDIR).</summary>
    public bool IsDirectory => (_mode & 0xF000) == 0x4000;

    /// <summary>Whether it is a symbolic link (S_IFLNK).</summary>
    public bool IsLink => (_mode & 0xF000) == 0xA000;

    /// <summary>As a snapshot keeps it.</summary>
    public Core.Snapshots.FileState ToFileState(string path) => new(
        path,
        (_mode & 0xF000) switch { 0x8000 => "file", 0x4000 => "directory", 0xA000 => "link", 0xC000 => "socket", _ => "other" },
        Permissions,
        _uid,
        _gid,
        (long)Math.Min(_size, long.MaxValue),
        DateTimeOffset.UnixEpoch.AddSeconds(Math.Clamp(_modifiedSeconds, -62_000_000_000, 250_000_000_000)));

    /// <summary>The part that the seam speaks of.</summary>
    public LogFileState ToState() => new(
        new FileIdentity(((ulong)_deviceMajor << 32) | _deviceMinor, _inode),
        (long)_size,
        new UnixTime((_modifiedSeconds * 1_000_000) + (_modifiedNanoseconds / 1000)),
        (int)Math.Min(_links, int.MaxValue));
}
