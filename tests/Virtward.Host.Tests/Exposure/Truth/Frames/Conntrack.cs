using System.Buffers.Binary;

namespace Virtward.Host.Tests.Exposure.Truth.Frames;

/// <summary>Forgets all flows of the namespace it is made in (nfnetlink: IPCTNL_MSG_CT_DELETE without a tuple).</summary>
internal sealed unsafe class Conntrack : IDisposable
{
    private readonly int _descriptor = Libc.Open(Libc.AfNetlink, Libc.SockRaw, 12);
    private uint _sequence;

    public void Forget()
    {
        byte[] message = new byte[20];
        BinaryPrimitives.WriteInt32LittleEndian(message, 20);
        BinaryPrimitives.WriteUInt16LittleEndian(message.AsSpan(4), (1 << 8) | 2);
        BinaryPrimitives.WriteUInt16LittleEndian(message.AsSpan(6), 1 | 4);
        BinaryPrimitives.WriteUInt32LittleEndian(message.AsSpan(8), ++_sequence);
        byte[] answer = new byte[4096];
        fixed (byte* data = message, got = answer)
        {
            if (Libc.SendTo(_descriptor, data, 20, 0, null, 0) != 20 || Libc.ReceiveFrom(_descriptor, got, 4096, 0, null, null) < 20)
            {
                throw Libc.Failure("forgetting the flows");
            }
        }

        int error = BinaryPrimitives.ReadInt32LittleEndian(answer.AsSpan(16));
        if (error != 0)
        {
            throw new IOException($"forgetting the flows: error {-error}");
        }
    }

    public void Dispose() => Libc.Close(_descriptor);
}
