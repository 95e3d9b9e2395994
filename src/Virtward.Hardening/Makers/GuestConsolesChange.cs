using System.Collections.Immutable;
using Virtward.Core.Policy;
using Virtward.Hardening.Changes;
using Virtward.Hardening.Checks.Libvirt;
using Virtward.Hardening.Inventory;
using Virtward.Hardening.Inventory.Hypervisor;

namespace Virtward.Hardening.Makers;

/// <summary>
/// Guests' consoles on loopback, in the definition that the next start takes. libvirt itself writes it: what a snapshot holds of a definition is without its
/// passwords, so that a definition made from it would lose them. <c>virsh edit</c> hands the whole one to sed instead.
/// </summary>
public static class GuestConsolesChange
{
    /// <summary>The start of the changes' ids; the guest's name follows.</summary>
    public const string Id = "guest.console.";

    private const string Loopback = "127.0.0.1";

    /// <summary>Makes them, one for each guest.</summary>
    public static MadeChanges Of(AuditFacts facts, HostPolicy policy)
    {
        if (!policy.Libvirt.Managed || !policy.Libvirt.LocalConsoles || !facts.Hypervisor.Present)
        {
            return MadeChanges.None;
        }

        List<Change> changes = [];
        List<string> notes = [];
        foreach (AuditedGuest guest in facts.Hypervisor.Guests)
        {
            GuestGraphics[] network = [.. guest.Forms.Where(static form => !form.Running).SelectMany(static form => form.Graphics).Where(static console => console.IsNetwork)];
            string[] open = [.. network.Where(static console => console.Address.Length > 0 && !Hypervisor.IsLoopback(console.Address)).Select(static console => console.Address).Distinct(StringComparer.Ordinal)];
            if (network.Any(static console => console.ListenType == "network" || console.Websocket) || open.Length > 1 || open.Any(static address => !IsAddress(address)))
            {
                notes.Add($"the console of {guest.Name} is left as it is, and has to be edited by hand (LV-04): it has a websocket, several addresses, or a libvirt network's");
                continue;
            }

            if (open.Length == 0 || guest.Name.StartsWith('-') || guest.Name.Contains('/', StringComparison.Ordinal))
            {
                continue;
            }

            changes.Add(ForOne(guest, open[0]));
            if (guest.Running)
            {
                notes.Add($"the console of {guest.Name} moves to loopback when the guest is shut down and started again; until then the firewall keeps it shut");
            }
        }

        return new MadeChanges([.. changes], [.. notes]);
    }

    private static Change ForOne(AuditedGuest guest, string address) => new(
        Id + guest.Name, $"bind the console of {guest.Name} to loopback", "A console is the guest's keyboard; administrators reach it through an SSH tunnel.")
    {
        Checks = [Lv04.Check.Id],
        Risk = ChangeRisk.Guests,
        Steps =
        [
            new CommandStep(
                $"console address of guest {guest.Name}", ["sed", "-n", "-E", $"/<(graphics|listen) .*(listen|address)=/{{/'{Pattern(Loopback)}'/!{{s/^ *//;p}}}}", $"/etc/libvirt/qemu/{guest.Name}.xml"], "",
                [Edit(guest.Name, address, Loopback)], [Edit(guest.Name, Loopback, address)])
            {
                // libvirtd, which reads it when it starts, may start the guest right then.
                UndoAtBoot = [["sed", "-i", "-E", Sed(Loopback, address), $"/etc/libvirt/qemu/{guest.Name}.xml"]],
            },
        ],
    };

    // virsh(1): edit hands the definition, secrets with it, to $EDITOR, and defines what comes back; attributes stand in single quotes.
    private static ImmutableArray<string> Edit(string guest, string from, string to) =>
    [
        "env", $"EDITOR=sed -i -E \"{Sed(from, to).Replace("\\1", "\\\\1", StringComparison.Ordinal)}\"", "virsh", "edit", guest,
    ];

    private static string Sed(string from, string to) => $"/<(graphics|listen) /s/ (listen|address)='{Pattern(from)}'/ \\1='{to}'/g";

    private static string Pattern(string address) => address.Replace(".", "\\.", StringComparison.Ordinal);

    // It goes into a sed program: nothing but an address may.
    private static bool IsAddress(string text) => Core.Net.Address.TryParse(text, out _) && text.All(static c => char.IsAsciiHexDigit(c) || c is '.' or ':');
}
