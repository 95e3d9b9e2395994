using Virtward.Core.Snapshots;

namespace Virtward.Hardening.Inventory.Kernel;

/// <summary>What is read of a host for <see cref="KernelFacts"/>.</summary>
public static class KernelSources
{
    /// <summary>Where the kernel says what its processor is prone to.</summary>
    internal const string Vulnerabilities = "/sys/devices/system/cpu/vulnerabilities";

    /// <summary>The files and programs.</summary>
    public static readonly SnapshotSources All = new()
    {
        Files =
        [
            new FileSource("/etc/sysctl.d/*.conf", KernelCleaning.Sysctl),
            new FileSource("/run/sysctl.d/*.conf", KernelCleaning.Sysctl),
            new FileSource("/usr/local/lib/sysctl.d/*.conf", KernelCleaning.Sysctl),
            new FileSource("/usr/lib/sysctl.d/*.conf", KernelCleaning.Sysctl),
            new FileSource("/etc/sysctl.conf", KernelCleaning.Sysctl),
            new FileSource("/etc/modprobe.d/*.conf", Cleaning.Secrets),
            new FileSource("/run/modprobe.d/*.conf", Cleaning.Secrets),
            new FileSource("/usr/local/lib/modprobe.d/*.conf", Cleaning.Secrets),
            new FileSource("/usr/lib/modprobe.d/*.conf", Cleaning.Secrets),
            new FileSource("/proc/cmdline", KernelCleaning.CommandLine),
            new FileSource("/proc/modules", Cleaning.Nothing) { MaxBytes = 2 * 1024 * 1024 },
            new FileSource(Vulnerabilities + "/*", Cleaning.Nothing),
            new FileSource("/sys/devices/system/cpu/smt/control", Cleaning.Nothing),
            new FileSource("/sys/devices/system/cpu/smt/active", Cleaning.Nothing),
            new FileSource("/sys/kernel/mm/ksm/run", Cleaning.Nothing),
            new FileSource("/sys/kernel/security/lockdown", Cleaning.Nothing),
            new FileSource("/sys/module/kvm_intel/parameters/nested", Cleaning.Nothing),
            new FileSource("/sys/module/kvm_amd/parameters/nested", Cleaning.Nothing),
            new FileSource("/sys/module/kvm_intel/parameters/vmentry_l1d_flush", Cleaning.Nothing),
            new FileSource("/sys/module/kvm/parameters/nx_huge_pages", Cleaning.Nothing),
            new FileSource("/sys/module/vfio_iommu_type1/parameters/allow_unsafe_interrupts", Cleaning.Nothing),
        ],
        States =
        [
            "/etc/sysctl.d/*.conf", "/run/sysctl.d/*.conf", "/usr/local/lib/sysctl.d/*.conf", "/sys/kernel/iommu_groups/0", "/usr/lib/modules/*",
            "/usr/lib/modules/*/kernel/net/dccp", "/usr/lib/modules/*/kernel/net/sctp", "/usr/lib/modules/*/kernel/net/rds", "/usr/lib/modules/*/kernel/net/tipc",
        ],
    };
}
