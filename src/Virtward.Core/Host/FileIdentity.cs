namespace Virtward.Core.Host;

/// <summary>
/// Which file it is, whatever its name: the device and inode of stat(2). An inode number is used again after a deletion, and a device
/// number may change with a reboot, so that it identifies a file for certain only while somebody holds it open.
/// </summary>
/// <param name="Device">The device that holds it, major number in the upper half, minor in the lower.</param>
/// <param name="Inode">Its number there.</param>
public readonly record struct FileIdentity(ulong Device, ulong Inode);
