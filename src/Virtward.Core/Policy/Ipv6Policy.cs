namespace Virtward.Core.Policy;

/// <summary>Whether the host uses IPv6: <c>ipv6:</c>.</summary>
public enum Ipv6Policy
{
    /// <summary>It does, under the same rules as IPv4.</summary>
    On,

    /// <summary>It does not: switched off on every interface but loopback, and dropped.</summary>
    Off,
}
