using System.Collections.Immutable;

namespace Virtward.Core.Policy;

/// <summary>What the host should be: <c>/etc/virtward/policy.yaml</c>, bound and checked. Immutable.</summary>
public sealed record HostPolicy
{
    /// <summary>Where it was read from, for messages; "built-in" for the default.</summary>
    public required string Origin { get; init; }

    /// <summary>The zones, by name.</summary>
    public ImmutableArray<ZonePolicy> Zones { get; init; } = [];

    /// <summary>What may be reached, and by whom.</summary>
    public ImmutableArray<ServicePolicy> Services { get; init; } = [];

    /// <summary>What the guard does.</summary>
    public required GuardPolicy Guard { get; init; }

    /// <summary>How the host is judged.</summary>
    public AuditPolicy Audit { get; init; } = new();

    /// <summary>What our own firewall lets through.</summary>
    public FirewallPolicy Firewall { get; init; } = new();

    /// <summary>How sshd is set up and reached.</summary>
    public SshPolicy Ssh { get; init; } = new();

    /// <summary>Kernel settings and modules.</summary>
    public KernelPolicy Kernel { get; init; } = new();

    /// <summary>Whether the host uses IPv6.</summary>
    public Ipv6Policy Ipv6 { get; init; }

    /// <summary>The hypervisor's doors and consoles.</summary>
    public LibvirtPolicy Libvirt { get; init; } = new();

    /// <summary>Name resolution.</summary>
    public ResolverPolicy Resolver { get; init; } = new();

    /// <summary>Security updates.</summary>
    public UpdatesPolicy Updates { get; init; } = new();

    /// <summary>What must not be on the host.</summary>
    public SoftwarePolicy Software { get; init; } = new();

    /// <summary>How the host is watched for differences from this policy.</summary>
    public DriftPolicy Drift { get; init; } = new();

    /// <summary>
    /// All that may be reached: the services, and sshd from zones that it is opened to besides the administrators' own. Where <see cref="SshPolicy.Ports"/> says nothing,
    /// sshd is taken to be at 22.
    /// </summary>
    public ImmutableArray<ServicePolicy> Declared
    {
        get
        {
            ImmutableArray<string> others = [.. Ssh.From.Where(static zone => zone is not ("management" or "vpn"))];
            ImmutableArray<ushort> ports = Ssh.Ports.IsEmpty ? [22] : Ssh.Ports;
            return others.IsEmpty ? Services : [.. Services, new ServicePolicy("ssh", [.. ports.Select(static port => new PortScope(Transport.Tcp, port, port))], others) { Rate = Ssh.Rate }];
        }
    }
}
