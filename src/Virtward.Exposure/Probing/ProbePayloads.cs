namespace Virtward.Exposure.Probing;

/// <summary>Questions that services over UDP answer, so that open can be told from closed.</summary>
public static class ProbePayloads
{
    // RFC 1035 section 4.1: id 0x7677, recursion desired, one question: the root's name servers.
    private static readonly ReadOnlyMemory<byte> Dns = new byte[] { 0x76, 0x77, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 1 };

    // RFC 5905 section 7.3: version 4, mode 3 (client); the rest may be zero.
    private static readonly ReadOnlyMemory<byte> Ntp = (byte[])[0x23, .. new byte[47]];

    // Anything, for those whom no stranger can ask: WireGuard and OpenVPN stay silent by design.
    private static readonly ReadOnlyMemory<byte> Other = new byte[] { 0, 0, 0, 0 };

    /// <summary>What is sent to a port.</summary>
    public static ReadOnlyMemory<byte> Of(int port) => port switch
    {
        53 or 5353 or 5355 => Dns,
        123 => Ntp,
        _ => Other,
    };
}
