namespace Virtward.Core.Policy;

/// <summary>The hypervisor's own doors and its guests' consoles: <c>libvirt:</c>.</summary>
public sealed record LibvirtPolicy
{
    /// <summary>Whether a plan changes libvirt's units and configuration (<c>manage</c>).</summary>
    public bool Managed { get; init; } = true;

    /// <summary>Whether it listens on TCP with TLS (16514), for who has a certificate; never without TLS.</summary>
    public bool Tls { get; init; }

    /// <summary>Whether libvirt's networks serve their guests names, and so pass their questions on (<c>guest-names</c>).</summary>
    public bool GuestNames { get; init; } = true;

    /// <summary>Whether guests' consoles (VNC, SPICE) are bound to loopback, for SSH tunnels.</summary>
    public bool LocalConsoles { get; init; } = true;
}
