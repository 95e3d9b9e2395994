using Virtward.Hardening.Inventory;

namespace Virtward.Hardening.Checks.Kernel;

/// <summary>Whether IPv6 is there at all.</summary>
internal static class V6Settings
{
    /// <summary>Whether the kernel has IPv6, as far as that is known: it may have been turned off at boot.</summary>
    public static bool Exists(AuditFacts facts) =>
        !facts.Kernel.BootLine.Contains("ipv6.disable=1") && facts.Kernel.Number(true, "all", "disable_ipv6") is not null;

    /// <summary>Why it is not known whether the kernel has IPv6; null: it is known.</summary>
    public static string? Why(AuditFacts facts) => Exists(facts) || facts.Kernel.BootLine.Contains("ipv6.disable=1") ? null
        : facts.Kernel.Number(true, "all", "forwarding") is not null || facts.Kernel.Why("net.ipv4.ip_forward") is not null ? "net.ipv6.conf.all.disable_ipv6 is not known"
        : null;

    /// <summary>Whether IPv6 is on for an interface.</summary>
    public static bool IsOn(AuditFacts facts, string device) => Exists(facts) && facts.Kernel.Number(true, device, "disable_ipv6") is not (1 or null);
}
