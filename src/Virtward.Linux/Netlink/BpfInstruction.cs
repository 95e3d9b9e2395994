using System.Runtime.InteropServices;

namespace Virtward.Linux.Netlink;

/// <summary>One instruction of a classic BPF program, struct sock_filter (Documentation/networking/filter.rst).</summary>
/// <param name="Code">What it does.</param>
/// <param name="IfTrue">Instructions to skip where a comparison holds.</param>
/// <param name="IfFalse">Instructions to skip where it does not.</param>
/// <param name="Operand">The constant it works with.</param>
[StructLayout(LayoutKind.Sequential)]
public readonly record struct BpfInstruction(ushort Code, byte IfTrue, byte IfFalse, uint Operand)
{
    /// <summary>Loads 16 bits at an offset, most significant byte first.</summary>
    public static BpfInstruction LoadHalf(uint offset) => new(0x28, 0, 0, offset);

    /// <summary>Loads 32 bits at an offset, most significant byte first.</summary>
    public static BpfInstruction LoadWord(uint offset) => new(0x20, 0, 0, offset);

    /// <summary>Compares what was loaded.</summary>
    public static BpfInstruction IfEqual(uint value, byte ifTrue, byte ifFalse) => new(0x15, ifTrue, ifFalse, value);

    /// <summary>Lets the packet through, up to a number of bytes; 0 drops it.</summary>
    public static BpfInstruction Accept(uint bytes) => new(0x06, 0, 0, bytes);
}
