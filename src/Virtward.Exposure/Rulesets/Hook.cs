namespace Virtward.Exposure.Rulesets;

/// <summary>The place in the kernel's packet path that a base chain is attached to.</summary>
public enum Hook
{
    /// <summary>As the device hands the frame over (netdev and inet).</summary>
    Ingress,

    /// <summary>Before the routing decision, or the bridge's.</summary>
    Prerouting,

    /// <summary>To this host.</summary>
    Input,

    /// <summary>Through this host.</summary>
    Forward,

    /// <summary>From this host.</summary>
    Output,

    /// <summary>After the routing decision.</summary>
    Postrouting,

    /// <summary>As the frame is handed to the device (netdev).</summary>
    Egress,
}
