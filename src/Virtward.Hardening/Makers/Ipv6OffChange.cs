using Virtward.Core.Policy;
using Virtward.Hardening.Changes;
using Virtward.Hardening.Checks.Kernel;
using Virtward.Hardening.Inventory;
using Virtward.Hardening.Inventory.Kernel;

namespace Virtward.Hardening.Makers;

/// <summary>IPv6 off on every interface but loopback: programs that listen on ::1 go on, which disable_ipv6 for "all" would end.</summary>
public static class Ipv6OffChange
{
    /// <summary>The change's id.</summary>
    public const string Id = "ipv6.off";

    /// <summary>Our file; another than the kernel settings', for it comes and goes with one word of the policy.</summary>
    public const string Path = "/etc/sysctl.d/99-virtward-ipv6.conf";

    /// <summary>Makes it.</summary>
    public static MadeChanges Of(AuditFacts facts, HostPolicy policy)
    {
        if (policy.Ipv6 == Ipv6Policy.On)
        {
            // What an earlier policy has switched off comes back at the next boot: addresses are whoever's that gave them.
            return facts.Files.Find(Path) is null ? MadeChanges.None : MadeChanges.Of(
                new Change("ipv6.on", "no longer switch IPv6 off at boot", "The policy says that this host uses IPv6.") { Risk = ChangeRisk.Service, Lasting = [new FileStep(Path, null, ConfigText.Public)] },
                "IPv6 is back with the next boot, or when each interface is set up anew");
        }

        if (!V6Settings.Exists(facts))
        {
            return MadeChanges.None;
        }

        string[] devices = [.. facts.Host.Network.Interfaces.Where(static one => !one.Loopback).Select(static one => one.Name).Where(name => facts.Kernel.Number(true, name, "disable_ipv6") is not null).Order(StringComparer.Ordinal)];
        string[] keys = [.. devices.Prepend("default").Select(static device => KernelFacts.NameOf(KernelFacts.PathOf(true, device, "disable_ipv6")))];
        string text = ConfigText.Ours("Not for \"all\": loopback keeps ::1.", keys.Select(static (key, i) => $"{(i == 0 ? "" : "-")}{key} = 1"));
        string[] open = [.. keys.Where(key => facts.Kernel.Number(key) != 1)];
        if (open.Length == 0 && facts.Files.Find(Path)?.Text == text)
        {
            return MadeChanges.None;
        }

        if (!policy.Kernel.Managed)
        {
            return open.Length == 0 ? MadeChanges.None : MadeChanges.Only("IPv6 stays on, though the policy says off: its settings are the kernel's, which the policy keeps out of our hands (kernel.manage)");
        }

        return MadeChanges.Of(new Change(Id, "switch IPv6 off on every interface but loopback", "Where nobody uses IPv6 nobody watches it: a second way in, past rules that were written for IPv4.")
        {
            Checks = ["V6-02"],
            Risk = ChangeRisk.LockOut,
            Steps = [.. open.Select(static key => new SysctlStep(SysctlBoot.ToPath(key), "1"))],
            Lasting = [new FileStep(Path, text, ConfigText.Public)],
        });
    }
}
