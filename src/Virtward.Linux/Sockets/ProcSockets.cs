using System.Buffers.Binary;
using System.Globalization;
using Virtward.Core.Net;

namespace Virtward.Linux.Sockets;

/// <summary>
/// Sockets without a peer from the texts of /proc/PID/net: what every kernel has, of any namespace that a process is in. They tell neither
/// the device that a socket is bound to nor IPV6_V6ONLY.
/// </summary>
public static class ProcSockets
{
    private const int Listening = 10;
    private const int Unconnected = 7;

    /// <summary>The files, each with the protocol's word and number, and the state that a socket without a peer is in.</summary>
    private static readonly (string File, string Word, int Number, int State)[] Files =
    [
        ("tcp", "tcp", 6, Listening), ("tcp6", "tcp", 6, Listening), ("udp", "udp", 17, Unconnected), ("udp6", "udp", 17, Unconnected),
        ("udplite", "udplite", 136, Unconnected), ("udplite6", "udplite", 136, Unconnected), ("raw", "raw", 255, Unconnected),
        ("raw6", "raw", 255, Unconnected),
    ];

    /// <summary>Reads all of a directory such as /proc/self/net; a file that is not there holds none.</summary>
    /// <param name="directory">The directory.</param>
    public static List<BoundSocket> Read(string directory)
    {
        List<BoundSocket> sockets = [];
        foreach ((string file, string word, int number, int state) in Files)
        {
            sockets.AddRange(Parse(Text(Path.Combine(directory, file)), word, number, state));
        }

        sockets.AddRange(ParsePacket(Text(Path.Combine(directory, "packet"))));
        return sockets;
    }

    /// <summary>
    /// Reads one file (proc_net(5)): number, local address and port, remote ones, state, …; user and inode are the 8th and 10th column.
    /// Addresses are hexadecimal, in 32-bit words of the machine's own byte order.
    /// </summary>
    public static List<BoundSocket> Parse(string text, string word, int number, int state)
    {
        List<BoundSocket> sockets = [];
        foreach (string line in text.Split('\n'))
        {
            string[] columns = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            string[] local = columns.Length >= 10 ? columns[1].Split(':') : [];
            if (local.Length == 2
                && TryHex(columns[3], out int found) && found == state
                && TryAddress(local[0], out Address address)
                && TryHex(local[1], out int port)
                && uint.TryParse(columns[7], NumberStyles.None, CultureInfo.InvariantCulture, out uint uid)
                && ulong.TryParse(columns[9], NumberStyles.None, CultureInfo.InvariantCulture, out ulong inode)
                && (word == "raw" || port != 0))
            {
                bool raw = word == "raw";
                sockets.Add(new BoundSocket(word, raw ? port : number, address, raw ? 0 : port, V6Only: false, 0, uid, inode));
            }
        }

        return sockets;
    }

    /// <summary>Reads /proc/net/packet, whose sockets see every frame before the firewall does (packet(7)): sk, RefCnt, Type, Proto, Iface, R, Rmem, User, Inode.</summary>
    public static List<BoundSocket> ParsePacket(string text)
    {
        List<BoundSocket> sockets = [];
        foreach (string line in text.Split('\n'))
        {
            // A socket for protocol 0 gets nothing: it only sends.
            string[] columns = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (columns.Length >= 9 && TryHex(columns[3], out int protocol) && protocol != 0
                && int.TryParse(columns[4], NumberStyles.None, CultureInfo.InvariantCulture, out int device)
                && uint.TryParse(columns[7], NumberStyles.None, CultureInfo.InvariantCulture, out uint uid)
                && ulong.TryParse(columns[8], NumberStyles.None, CultureInfo.InvariantCulture, out ulong inode))
            {
                sockets.Add(new BoundSocket("packet", 0, Address.FromV4(0), 0, V6Only: false, device, uid, inode));
            }
        }

        return sockets;
    }

    private static bool TryHex(string text, out int value) =>
        int.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value) && value is >= 0 and <= ushort.MaxValue;

    private static bool TryAddress(string text, out Address address)
    {
        address = default;
        Span<byte> bytes = stackalloc byte[16];
        if (text.Length is not (8 or 32))
        {
            return false;
        }

        for (int i = 0; i < text.Length / 8; i++)
        {
            if (!uint.TryParse(text.AsSpan(8 * i, 8), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out uint word))
            {
                return false;
            }

            BinaryPrimitives.WriteUInt32BigEndian(bytes[(4 * i)..], BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness(word) : word);
        }

        address = text.Length == 8
            ? Address.FromV4(BinaryPrimitives.ReadUInt32BigEndian(bytes))
            : new Address(BinaryPrimitives.ReadUInt64BigEndian(bytes), BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]));
        return true;
    }

    private static string Text(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
