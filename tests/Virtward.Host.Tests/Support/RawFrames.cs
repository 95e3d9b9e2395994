using System.Globalization;
using System.Runtime.InteropServices;
using Xunit;

namespace Virtward.Host.Tests.Support;

/// <summary>Ethernet frames, written byte by byte and sent on a device as they are (packet(7)).</summary>
public sealed partial class RawFrames : IDisposable
{
    private const int AfPacket = 17;
    private const int SockRaw = 3;

    private readonly int _socket;
    private readonly int _index;
    private readonly byte[] _addresses;

    /// <summary>Opens a device of a namespace.</summary>
    /// <param name="inside">The namespace.</param>
    /// <param name="device">The device that sends.</param>
    /// <param name="targetMac">The hardware address that frames are for, as <c>ip link</c> shows it.</param>
    public RawFrames(NetworkNamespace inside, string device, string targetMac)
    {
        _socket = inside.Run(static () => Open(AfPacket, SockRaw, 0));
        Assert.True(_socket >= 0, "a packet socket needs root");
        _index = (int)inside.Run(() => IndexOf(device));
        _addresses = [.. Bytes(targetMac), .. Bytes("02:00:00:00:00:01")];
    }

    /// <summary>The hardware address of a device.</summary>
    public static string MacOf(NetworkNamespace inside, string device)
    {
        string[] words = inside.Ip($"-o link show {device}").Split(' ');
        return words[Array.IndexOf(words, "link/ether") + 1];
    }

    /// <summary>Sends one frame: VLAN tags, if any, then the type and what it carries.</summary>
    public unsafe void Send(ReadOnlySpan<ushort> tags, ushort type, ReadOnlySpan<byte> payload)
    {
        List<byte> frame = [.. _addresses];
        foreach (ushort tag in tags)
        {
            frame.AddRange([0x81, 0x00, (byte)(tag >> 8), (byte)tag]);
        }

        frame.AddRange([(byte)(type >> 8), (byte)type, .. payload]);

        // struct sockaddr_ll: family, protocol, interface, then what sending does not need.
        Span<byte> address = stackalloc byte[20];
        MemoryMarshal.Write(address, (ushort)AfPacket);
        MemoryMarshal.Write(address[4..], _index);
        fixed (byte* to = address)
        fixed (byte* bytes = CollectionsMarshal.AsSpan(frame))
        {
            Assert.Equal(frame.Count, (int)SendTo(_socket, bytes, (nuint)frame.Count, 0, to, (uint)address.Length));
        }
    }

    public void Dispose() => _ = Close(_socket);

    private static byte[] Bytes(string mac) => [.. mac.Split(':').Select(static part => byte.Parse(part, NumberStyles.HexNumber, CultureInfo.InvariantCulture))];

    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    private static partial int Open(int domain, int type, int protocol);

    [LibraryImport("libc", EntryPoint = "if_nametoindex", StringMarshalling = StringMarshalling.Utf8)]
    private static partial uint IndexOf(string device);

    [LibraryImport("libc", EntryPoint = "sendto", SetLastError = true)]
    private static unsafe partial nint SendTo(int socket, byte* buffer, nuint length, int flags, byte* address, uint addressLength);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int socket);
}
