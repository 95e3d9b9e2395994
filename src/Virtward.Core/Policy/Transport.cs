namespace Virtward.Core.Policy;

/// <summary>A transport protocol with ports; the values are IANA's protocol numbers.</summary>
public enum Transport
{
    /// <summary>TCP.</summary>
    Tcp = 6,

    /// <summary>UDP.</summary>
    Udp = 17,
}
