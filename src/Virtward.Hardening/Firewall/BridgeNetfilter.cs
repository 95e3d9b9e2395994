using Virtward.Exposure.Topology;

namespace Virtward.Hardening.Firewall;

/// <summary>Whether frames that a bridge passes on meet the rules for IP as well (the module br_netfilter).</summary>
internal static class BridgeNetfilter
{
    /// <summary>Whether they do at a bridge, for one family at least.</summary>
    public static bool Is(HostNetwork network, string bridge) =>
        network.Interfaces.Any(one => one.Name == bridge && one.Kind == "bridge" && (one.CallsIptables
            || network.Sysctls.GetValueOrDefault("net.bridge.bridge-nf-call-iptables") == "1" || network.Sysctls.GetValueOrDefault("net.bridge.bridge-nf-call-ip6tables") == "1"));
}
