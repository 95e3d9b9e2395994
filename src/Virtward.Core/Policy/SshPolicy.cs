using System.Collections.Immutable;
using Virtward.Core.Net;

namespace Virtward.Core.Policy;

/// <summary>How sshd is to be set up and reached: <c>ssh:</c>.</summary>
public sealed record SshPolicy
{
    /// <summary>Whether a plan writes sshd's configuration (<c>manage</c>).</summary>
    public bool Managed { get; init; } = true;

    /// <summary>The ports it listens on; empty: as they are.</summary>
    public ImmutableArray<ushort> Ports { get; init; } = [];

    /// <summary>The addresses it listens on; empty: all, with the firewall in front.</summary>
    public ImmutableArray<Address> Listen { get; init; } = [];

    /// <summary>The zones that may reach it.</summary>
    public ImmutableArray<string> From { get; init; } = ["management", "vpn"];

    /// <summary>How often one source (an IPv4 address, an IPv6 /64) may connect; null: as often as it likes.</summary>
    public ServiceRate? Rate { get; init; } = new ServiceRate(20, TimeSpan.FromMinutes(1));

    /// <summary>How root may log in.</summary>
    public RootLogin RootLogin { get; init; } = RootLogin.Keys;

    /// <summary>Whether a password opens the door, through PAM's dialogue or not.</summary>
    public bool Passwords { get; init; }

    /// <summary>The only users that may log in; empty: all.</summary>
    public ImmutableArray<string> AllowUsers { get; init; } = [];

    /// <summary>The only groups whose members may log in; empty: all.</summary>
    public ImmutableArray<string> AllowGroups { get; init; } = [];

    /// <summary>Which connections may be forwarded.</summary>
    public SshForwarding Forwarding { get; init; } = SshForwarding.Local;
}
