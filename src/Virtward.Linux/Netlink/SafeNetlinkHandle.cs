using Microsoft.Win32.SafeHandles;

namespace Virtward.Linux.Netlink;

/// <summary>A file descriptor that is closed with its owner.</summary>
public sealed class SafeNetlinkHandle : SafeHandleMinusOneIsInvalid
{
    /// <summary>Takes a descriptor over.</summary>
    public SafeNetlinkHandle(int descriptor)
        : base(ownsHandle: true) => SetHandle(descriptor);

    /// <inheritdoc/>
    protected override bool ReleaseHandle() => NativeSocket.Close((int)handle) == 0;
}
