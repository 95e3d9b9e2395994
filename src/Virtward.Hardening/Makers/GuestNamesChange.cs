using System.Collections.Immutable;
using Virtward.Core.Policy;
using Virtward.Hardening.Changes;
using Virtward.Hardening.Checks.Networks;
using Virtward.Hardening.Inventory;
using Virtward.Hardening.Inventory.Hypervisor;

namespace Virtward.Hardening.Makers;

/// <summary>
/// libvirt's networks without a resolver for their guests, where the policy wants none (<c>libvirt.guest-names: false</c>): <c>&lt;dns enable='no'/&gt;</c> in the stored definition, which libvirt
/// itself writes. A network that runs keeps its dnsmasq until it is started anew: that cuts its guests, and is left to somebody who knows when.
/// </summary>
public static class GuestNamesChange
{
    /// <summary>The start of the changes' ids; the network's name follows.</summary>
    public const string Id = "guest.names.";

    private const string Folder = "/etc/libvirt/qemu/networks";
    private const string Off = "<dns enable='no'/>";

    /// <summary>Makes them, one for each network.</summary>
    public static MadeChanges Of(AuditFacts facts, HostPolicy policy)
    {
        if (!policy.Libvirt.Managed || policy.Libvirt.GuestNames || !facts.Hypervisor.Present)
        {
            return MadeChanges.None;
        }

        List<Change> changes = [];
        List<string> notes = [];
        NetworkDefinition[] all = [.. facts.Hypervisor.Networks.Where(static form => form is { Addressed: true, Dns: true } && form.Forward != "none")];
        foreach (string name in all.Select(static form => form.Name).Distinct(StringComparer.Ordinal))
        {
            bool runs = all.Any(form => form.Active && form.Name == name);
            if (all.FirstOrDefault(form => !form.Active && form.Name == name) is NetworkDefinition stored)
            {
                // What stands in a <dns> of somebody's is not to be lost by a program.
                if (!IsName(name) || facts.Snapshot.Text(stored.File)?.Contains("<dns", StringComparison.Ordinal) != false)
                {
                    notes.Add($"the network {name} goes on serving names: its definition has a <dns> of its own, which is to be edited by hand (virsh net-edit {name}; NET-03)");
                    continue;
                }

                changes.Add(ForOne(name, runs));
            }

            if (runs)
            {
                notes.Add($"the network {name} serves names until it is started anew, which cuts its guests: virsh net-destroy {name} && virsh net-start {name}");
            }
        }

        return new MadeChanges([.. changes], [.. notes]);
    }

    private static Change ForOne(string name, bool runs) => new(
        Id + name, $"give the guests of network {name} no resolver", "What a guest asks of the host's dnsmasq goes out to the Internet in the host's name: data leaves that way, and orders come in.")
    {
        Checks = runs ? [] : [Net03.Check.Id],
        Risk = ChangeRisk.Guests,
        Steps =
        [
            new CommandStep(
                $"names for guests of network {name}", ["sed", "-n", "/<dns[ >/]/{s/^ *//;p}", $"{Folder}/{name}.xml"], Off,
                [Edit(name, $"/^<.network>/i {Off}")], [Edit(name, "/<dns enable='no'.>/d")])
            {
                UndoAtBoot = [["sed", "-i", "/<dns enable='no'.>/d", $"{Folder}/{name}.xml"]],
            },
        ],
    };

    // virsh(1): net-edit hands the definition to $EDITOR, and defines what comes back.
    private static ImmutableArray<string> Edit(string name, string program) => ["env", $"EDITOR=sed -i \"{program}\"", "virsh", "net-edit", name];

    // It goes onto a command line and into a path.
    private static bool IsName(string name) => name.Length is > 0 and <= 64 && name[0] != '-' && name[0] != '.' && name.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');
}
