using System.Buffers.Binary;
using Virtward.Core.Net;
using Virtward.Host.Tests.Support;

namespace Virtward.Host.Tests.Exposure.Truth.Frames;

/// <summary>Packets that the host itself makes: raw sockets in its namespace, bound to the source, headers made here.</summary>
internal sealed unsafe class HostMouth(NetworkNamespace host) : IDisposable
{
    private readonly Dictionary<Address, int> _sockets = [];

    /// <summary>Sends bytes from the IP header on; false where the kernel refused.</summary>
    public bool Send(Address source, Address destination, ReadOnlySpan<byte> packet)
    {
        if (!_sockets.TryGetValue(source, out int descriptor))
        {
            descriptor = host.Run(() => Open(source));
            _sockets.Add(source, descriptor);
        }

        byte* address = stackalloc byte[28];
        int length = Write(address, destination);
        fixed (byte* data = packet)
        {
            return Libc.SendTo(descriptor, data, (nuint)packet.Length, 0, address, length) >= 0;
        }
    }

    public void Dispose()
    {
        foreach (int descriptor in _sockets.Values)
        {
            Libc.Close(descriptor);
        }
    }

    private static int Open(Address source)
    {
        // IPPROTO_RAW: nothing is received. IP_HDRINCL is implied for IPv4 and IPV6_HDRINCL for IPv6; broadcast is allowed; any source may be bound.
        int descriptor = Libc.Open(source.IsV4 ? Libc.AfInet : Libc.AfInet6, Libc.SockRaw, 255);
        Libc.Set(descriptor, 1, 6, 1);
        Libc.Set(descriptor, source.IsV4 ? 0 : 41, source.IsV4 ? 15 : 78, 1);
        byte* address = stackalloc byte[28];
        int length = Write(address, source);
        return Libc.Bind(descriptor, address, length) == 0 ? descriptor : throw Libc.Failure($"bind to {source}");
    }

    private static int Write(byte* to, Address address)
    {
        Span<byte> all = new(to, 28);
        all.Clear();
        BinaryPrimitives.WriteUInt16LittleEndian(all, address.IsV4 ? (ushort)Libc.AfInet : (ushort)Libc.AfInet6);
        address.WriteBytes(all[(address.IsV4 ? 4 : 8)..]);
        return address.IsV4 ? 16 : 28;
    }
}
