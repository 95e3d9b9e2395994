namespace Virtward.Exposure.Facts.Guests;

/// <summary>Something that a guest's qemu listens with on the host.</summary>
/// <param name="Purpose"><c>vnc</c>, <c>vnc-websocket</c>, <c>spice</c>, <c>spice-tls</c>, <c>rdp</c>, <c>serial</c>, <c>monitor</c>, <c>gdb</c>, <c>migration</c>, <c>nbd</c>.</param>
/// <param name="Listen">The address or name as the XML has it; empty: qemu's default, which is loopback for consoles.</param>
/// <param name="Port">The TCP port; 0: chosen at the start, or no TCP at all.</param>
public sealed record GuestEndpoint(string Purpose, string Listen, int Port)
{
    /// <summary>Whether a password is set; its value is never kept.</summary>
    public bool Password { get; init; }
}
