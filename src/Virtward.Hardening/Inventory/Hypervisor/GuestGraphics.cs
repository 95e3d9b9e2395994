namespace Virtward.Hardening.Inventory.Hypervisor;

/// <summary>A console of a guest: <c>&lt;graphics&gt;</c>.</summary>
/// <param name="Type"><c>vnc</c>, <c>spice</c>, <c>rdp</c>, <c>sdl</c>, <c>egl-headless</c>, <c>dbus</c>.</param>
/// <param name="ListenType"><c>address</c>, <c>network</c>, <c>socket</c>, <c>none</c>; <c>address</c> where the XML does not say.</param>
/// <param name="Address">The address; empty: not said, so that qemu.conf's holds.</param>
public sealed record GuestGraphics(string Type, string ListenType, string Address)
{
    /// <summary>Whether a password is set.</summary>
    public bool Password { get; init; }

    /// <summary>Whether a websocket is offered (VNC).</summary>
    public bool Websocket { get; init; }

    /// <summary>Whether every channel must be encrypted (<c>defaultMode='secure'</c>) or there is no port without TLS (SPICE).</summary>
    public bool OnlyTls { get; init; }

    /// <summary>Whether the clipboard is shared (SPICE): unless the XML says no.</summary>
    public bool Clipboard { get; init; }

    /// <summary>Whether files are taken over (SPICE): unless the XML says no.</summary>
    public bool FileTransfer { get; init; }

    /// <summary>Whether it is one that listens on the network at all.</summary>
    public bool IsNetwork => Type is "vnc" or "spice" or "rdp" && ListenType is not ("socket" or "none");
}
