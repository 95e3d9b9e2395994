using Virtward.Hardening.Inventory;

namespace Virtward.Hardening.Checks.Mac;

/// <summary>Which of the two keeps this host's programs apart.</summary>
internal static class MacKind
{
    /// <summary>Whether SELinux is the host's: it is on, or the distribution is of the family that uses it.</summary>
    public static bool IsSelinux(AuditFacts facts) =>
        facts.Access.SelinuxEnforces is not null || (facts.Access.AppArmorIsOn != true && facts.Distribution.Family == Family.Rhel);

    /// <summary>Whether libvirt is installed; null: not known.</summary>
    public static bool? HasLibvirt(AuditFacts facts) => facts.Packages.Problem is not null
        ? null
        : facts.Packages.Has("libvirt-daemon") || facts.Packages.Has("libvirt-daemon-system") || facts.Packages.Has("libvirt-daemon-driver-qemu")
            || facts.Packages.Has("libvirt");
}
