using System.Buffers.Binary;
using Virtward.Host.Tests.Support;

namespace Virtward.Host.Tests.Exposure.Truth.Frames;

/// <summary>
/// Ports of the host at which something listens and never answers: a socket filter (socket(7), SO_ATTACH_FILTER) swallows everything after the last
/// hook. So neither a RST nor an ICMP error of a closed port changes what the kernel remembers of a flow.
/// </summary>
internal sealed unsafe class QuietPorts(NetworkNamespace host) : IDisposable
{
    private readonly Dictionary<(int Type, int Port), int> _open = [];

    /// <summary>Makes TCP ports quiet that are not yet.</summary>
    public void OpenTcp(IEnumerable<int> ports) => Open(Libc.SockStream, ports);

    /// <summary>Makes UDP ports quiet that are not yet.</summary>
    public void OpenUdp(IEnumerable<int> ports) => Open(Libc.SockDgram, ports);

    public void Dispose()
    {
        foreach (int descriptor in _open.Values)
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
                int descriptor = Make(type, port);
                _open.Add((type, port), descriptor);
                if (type == Libc.SockStream && Libc.Listen(descriptor, 8) != 0)
                {
                    throw Libc.Failure($"listen on {port}");
                }
            }
        });
    }

    private static int Make(int type, int port)
    {
        int descriptor = Libc.Open(Libc.AfInet6, type, 0);
        Libc.Set(descriptor, 41, 26, 0);

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
        *(ushort*)address = Libc.AfInet6;
        BinaryPrimitives.WriteUInt16BigEndian(new Span<byte>(address + 2, 2), (ushort)port);
        return Libc.Bind(descriptor, address, 28) == 0 ? descriptor : throw Libc.Failure($"bind to port {port}");
    }
}
