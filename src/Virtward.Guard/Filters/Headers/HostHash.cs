using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace Virtward.Guard.Filters.Headers;

/// <summary>A host's name as a number, to tell sessions of several hosts in one log apart.</summary>
public static class HostHash
{
    /// <summary>The number of a name.</summary>
    public static ulong Of(ReadOnlySpan<byte> name)
    {
        ulong hash = (ulong)name.Length;
        for (; name.Length >= sizeof(ulong); name = name[sizeof(ulong)..])
        {
            hash = Mix(hash, BinaryPrimitives.ReadUInt64LittleEndian(name));
        }

        foreach (byte b in name)
        {
            hash = (hash << 8) ^ (hash >> 56) ^ b;
        }

        return Mix(hash, 0);
    }

    /// <summary>
    /// Adds 64 bits. Plain multiplications: the whole product of two words is one instruction only on processors with BMI2, and a
    /// routine elsewhere.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Mix(ulong hash, ulong value)
    {
        ulong mixed = (hash ^ value) * 0x9E37_79B9_7F4A_7C15;
        mixed = (mixed ^ (mixed >> 32)) * 0xD6E8_FEB8_6659_FD93;
        return BitOperations.RotateLeft(mixed ^ (mixed >> 29), 29);
    }
}
