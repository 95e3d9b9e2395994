using System.Collections.Immutable;
using Virtward.Core.Policy;
using Virtward.Hardening.Changes;
using Virtward.Hardening.Checks.Kernel;
using Virtward.Hardening.Inventory;

namespace Virtward.Hardening.Makers;

/// <summary>Modules that are never to be loaded. What is loaded already stays until the next boot: it may be in use.</summary>
public static class ModulesChange
{
    /// <summary>The change's id.</summary>
    public const string Id = "kernel.modules";

    /// <summary>Our file; read before those of the distribution, which does not matter: every line of all files counts (modprobe.d(5)).</summary>
    public const string Path = "/etc/modprobe.d/00-virtward.conf";

    /// <summary>Makes it.</summary>
    public static MadeChanges Of(AuditFacts facts, HostPolicy policy)
    {
        if (!policy.Kernel.Managed || facts.Kernel.FilesProblem is not null || (facts.Kernel.Modules is null && facts.Kernel.BootLine.Length > 0))
        {
            return MadeChanges.None;
        }

        // What a socket of it listens for is in use, whatever the policy's default says.
        string[] used = [.. policy.Kernel.BlockedModules.Where(module => facts.Host.Listeners.Any(one => one.Protocol == module))];
        string[] wanted = [.. policy.Kernel.BlockedModules.Except(used)];
        string[] open = [.. wanted.Where(module => facts.Kernel.Blocked(module) is null && facts.Kernel.HasNetModule(facts.Host.Meta.Kernel, module) != false)];
        string[] notes =
        [
            .. used.Select(static module => $"{module} is not blocked: a socket of it listens"),
            .. wanted.Where(module => facts.Kernel.Modules?.Contains(module) == true).Select(static module => $"{module} is loaded, and stays so until the next boot (rmmod {module})"),
        ];
        if (open.Length == 0)
        {
            return MadeChanges.Only(notes);
        }

        string[] all = [.. wanted.Where(module => facts.Kernel.Blocked(module) is null or (Path, _, _) || open.Contains(module))];
        var change = new Change(Id, $"keep the kernel from loading {string.Join(", ", open)}", "Any program makes the kernel load a protocol by opening a socket of it, and protocols that nobody uses have the holes that nobody found.")
        {
            Checks = ConfigText.Failing(facts, Sys11.Check),
            Risk = ChangeRisk.Service,
            Steps = [new FileStep(Path, ConfigText.Ours("An install line holds for every way of loading, blacklist only for aliases.", all.SelectMany(static module => new[] { $"install {module} /bin/false", $"blacklist {module}" })), ConfigText.Public)],
        };
        return MadeChanges.Of(change, notes);
    }
}
