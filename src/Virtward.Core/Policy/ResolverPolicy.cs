namespace Virtward.Core.Policy;

/// <summary>Name resolution of the host: <c>resolver:</c>.</summary>
public sealed record ResolverPolicy
{
    /// <summary>Whether a plan changes systemd-resolved and a system-wide dnsmasq (<c>manage</c>).</summary>
    public bool Managed { get; init; } = true;

    /// <summary>Whether LLMNR answers the neighbours.</summary>
    public bool Llmnr { get; init; }

    /// <summary>Whether multicast DNS answers the neighbours.</summary>
    public bool MulticastDns { get; init; }
}
