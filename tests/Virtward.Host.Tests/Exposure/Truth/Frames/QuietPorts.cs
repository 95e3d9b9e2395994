using System.Buffers.Binary;
using System.Collections.Immutable;
using Virtward.Core.Net;
using Virtward.Exposure.Topology;
using Virtward.Host.Tests.Support;

namespace Virtward.Host.Tests.Exposure.Truth.Frames;

/// <summary>
/// Ports of the host at which something listens and never answers: a socket filter (socket(7), SO_ATTACH_FILTER) swallows everything after the last
/// hook. So neither a RST nor an ICMP error of a closed port changes what the kernel remembers of a flow.
/// </summary>
internal sealed unsafe class QuietPorts(NetworkNamespace host) : IDisposable
{
    private readonly Dictionary<(int Type, int Port), int> _open = [];
    private readonly List<int> _transparent = [];
    private readonly List<LocalSocket> _sockets = [];

    /// <summary>All of them, as the engine knows sockets.</summary>
    public ImmutableArray<LocalSocket> Sockets => [.. _sockets];

    /// <summary>Makes TCP ports quiet that are not yet.</summary>
    public void OpenTcp(IEnumerable<int> ports) => Open(Libc.SockStream, ports);

    /// <summary>Makes UDP ports quiet that are not yet.</summary>
    public void OpenUdp(IEnumerable<int> ports) => Open(Libc.SockDgram, ports);

    /// <summary>Makes a socket of TCP and one of UDP that take what is sent to others (IP_TRANSPARENT, IPV6_TRANSPARENT), and swallow it.</summary>
    public void OpenTransparent(Address address, int port) => host.Run(() =>
    {
        foreach (int type in (ReadOnlySpan<int>)[Libc.SockStream, Libc.SockDgram])
        {
            _transparent.Add(Make(type, port, address, transparent: true));
            _sockets.Add(new LocalSocket(type == Libc.SockStream ? 6 : 17, address, port) { V6Only = !address.IsV4, Transparent = true });
        }
    });

    public void Dispose()
    {
        foreach (int descriptor in _open.Values.Concat(_transparent))
        {
            Libc.Close(descriptor);
        }
    }

    private void Open(int type, IEnumerable<int> ports)
    {
        int[] wanted = [.. ports.Where(port => port is > 0 and < 65536 && !_open.ContainsKey((type, port))).Distinct()];
        if (wanted.Length == 0)
        {
            return;
        }

        host.Run(() =>
        {
            foreach (int port in wanted)
            {
                _open.Add((type, port), Make(type, port, Address.FromValue(0), transparent: false));
                _sockets.Add(new LocalSocket(type == Libc.SockStream ? 6 : 17, Address.FromValue(0), port) { Transparent = false });
            }
        });
    }

    private static int Make(int type, int port, Address at, bool transparent)
    {
        int descriptor = Libc.Open(at.IsV4 ? Libc.AfInet : Libc.AfInet6, type, 0);
        if (!at.IsV4)
        {
            Libc.Set(descriptor, 41, 26, transparent ? 1 : 0);
        }

        if (transparent)
        {
            Libc.Set(descriptor, at.IsV4 ? 0 : 41, at.IsV4 ? 19 : 75, 1);
        }

        // struct sock_fprog with one instruction: BPF_RET | BPF_K, 0 bytes are kept.
        ulong instruction = 0x06;
        byte* program = stackalloc byte[16];
        *(ushort*)program = 1;
        *(ulong**)(program + 8) = &instruction;
        if (Libc.SetOption(descriptor, 1, 26, program, 16) != 0)
        {
            throw Libc.Failure("attaching a socket filter");
        }

        byte* address = stackalloc byte[28];
        new Span<byte>(address, 28).Clear();
        *(ushort*)address = (ushort)(at.IsV4 ? Libc.AfInet : Libc.AfInet6);
        BinaryPrimitives.WriteUInt16BigEndian(new Span<byte>(address + 2, 2), (ushort)port);
        if (at.IsV4)
        {
            BinaryPrimitives.WriteUInt32BigEndian(new Span<byte>(address + 4, 4), at.V4);
        }
        else
        {
            BinaryPrimitives.WriteUInt128BigEndian(new Span<byte>(address + 8, 16), at.Value);
        }

        return Libc.Bind(descriptor, address, at.IsV4 ? 16 : 28) == 0 && (type != Libc.SockStream || Libc.Listen(descriptor, 8) == 0)
            ? Libc.OutOfTheWay(descriptor) : throw Libc.Failure($"bind to port {port}");
    }
}
