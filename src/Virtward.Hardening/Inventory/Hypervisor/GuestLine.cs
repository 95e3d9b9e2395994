namespace Virtward.Hardening.Inventory.Hypervisor;

/// <summary>A channel, serial line or redirected device between a guest and its host.</summary>
/// <param name="Element"><c>channel</c>, <c>serial</c>, <c>console</c>, <c>parallel</c>, <c>redirdev</c>, ….</param>
/// <param name="Type"><c>unix</c>, <c>pty</c>, <c>spicevmc</c>, <c>tcp</c>, <c>udp</c>, ….</param>
public sealed record GuestLine(string Element, string Type)
{
    /// <summary>The channel's name in the guest: <c>org.qemu.guest_agent.0</c>; empty: none.</summary>
    public string Target { get; init; } = "";

    /// <summary>Whether the host listens for it.</summary>
    public bool Listens { get; init; }

    /// <summary>The address that the host listens at; empty: none is said.</summary>
    public string Host { get; init; } = "";

    /// <summary>The port.</summary>
    public string Port { get; init; } = "";

    /// <summary>Whether it is the guest agent's.</summary>
    public bool IsAgent => Target == "org.qemu.guest_agent.0";
}
