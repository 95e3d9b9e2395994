using Virtward.Core.Host;

namespace Virtward.Guard.Sources;

/// <summary>
/// The hash of a few bytes of a file, to know the same content again under another name or inode, and other content under the same.
/// No protection against somebody who can write the log: he can make of it whatever he likes anyway.
/// </summary>
/// <param name="Length">How many bytes; 0 for no knowledge.</param>
/// <param name="Hash">FNV-1a, 64 bits, of these bytes.</param>
public readonly record struct Fingerprint(int Length, ulong Hash)
{
    /// <summary>How much of a file's beginning is taken, in bytes.</summary>
    public const int HeadSize = 256;

    /// <summary>How much before a position is taken, in bytes.</summary>
    public const int TailSize = 64;

    /// <summary>The fingerprint of these bytes.</summary>
    public static Fingerprint Of(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty)
        {
            return default;
        }

        ulong hash = 14695981039346656037;
        foreach (byte b in bytes)
        {
            hash = (hash ^ b) * 1099511628211;
        }

        return new Fingerprint(bytes.Length, hash);
    }

    /// <summary>The fingerprint of part of a file; of less than was asked for where the file is shorter or cannot be read.</summary>
    public static Fingerprint Read(ILogFile file, long offset, int length)
    {
        Span<byte> bytes = stackalloc byte[HeadSize];
        return file.Read(offset, bytes[..length]).TryGet(out int read, out _) ? Of(bytes[..read]) : default;
    }
}
