using System.Runtime.InteropServices;

namespace Virtward.Linux.Files;

/// <summary>struct open_how of openat2(2).</summary>
/// <param name="Flags">As of open(2).</param>
/// <param name="Mode">For files that are made; 0 else.</param>
/// <param name="Resolve">RESOLVE_IN_ROOT and its sisters.</param>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct OpenHow(ulong Flags, ulong Mode, ulong Resolve)
{
    /// <summary>RESOLVE_IN_ROOT: <c>/</c>, <c>..</c> and absolute links stay inside the directory.</summary>
    public const ulong InRoot = 0x10;
}
