using Virtward.Core.Snapshots;
using Virtward.Hardening.Inventory;
using Virtward.Hardening.Inventory.Hypervisor;

namespace Virtward.Hardening.Checks.Libvirt;

/// <summary>LV-04: guests' consoles on loopback, a socket, or nowhere.</summary>
public static class Lv04
{
    /// <summary>The check.</summary>
    public static readonly Check Check = new()
    {
        Id = "LV-04",
        Severity = Severity.Critical,
        Title = "every guest's console listens on loopback, at a socket or not at all",
        Why = "A console is the keyboard of the guest: whoever reaches it can reboot it into a root shell. VNC is not encrypted and its password has eight characters at most. "
            + "An SSH tunnel to a console on loopback gives the same to an administrator and to nobody else.",
        Judge = Judge,
    };

    private static Outcome Judge(AuditFacts facts)
    {
        if (Hypervisor.NoLibvirt(facts) is Outcome none)
        {
            return none;
        }

        HypervisorFacts host = facts.Hypervisor;
        List<Finding> findings = [];
        foreach ((string name, string console) in (ReadOnlySpan<(string, string)>)[("vnc_listen", "VNC"), ("spice_listen", "SPICE")])
        {
            if (host.Qemu.Find(name) is LibvirtSetting setting && !Hypervisor.IsLoopback(setting.Value))
            {
                findings.Add(new Finding(name, $"guests whose XML names no address get their {console} console at {setting.Value}",
                    Hypervisor.EditConfig(facts, host.Qemu.Path, "Let consoles start on loopback.", $"{name} = \"127.0.0.1\""))
                {
                    Evidence = [Hypervisor.Seen(setting)],
                    Severity = Hypervisor.IsWildcard(setting.Value) ? null : Severity.High,
                });
            }
        }

        findings.AddRange(Hypervisor.Each(
            facts, "console", form => Wrong(host, form), Remedy, (guest, finding) => OldConsoles.Weighed(facts, guest, form => Wrong(host, form), finding with
            {
                Severity = guest.Forms.SelectMany(static form => form.Graphics).Any(console => console.IsNetwork && Hypervisor.IsWildcard(Consoles.Address(host, console))) ? null : Severity.High,
            })));

        // What runs without libvirt, or otherwise than its XML says.
        HashSet<string> told = [.. findings.Select(static finding => finding.Subject)];
        foreach (IGrouping<string, Listener> group in facts.Host.Listeners
            .Where(Consoles.IsOpen)
            .GroupBy(static one => one.Guest is null ? $"{one.Protocol} {one.Port}" : $"guest {one.Guest}: console", StringComparer.Ordinal)
            .Where(group => !told.Contains(group.Key)))
        {
            findings.Add(new Finding(group.Key, "a console listens on the network", new Remedy("Start the guest with its console on loopback.")
            {
                Steps = ["# qemu: -vnc 127.0.0.1:N instead of -vnc :N; libvirt: <listen type='address' address='127.0.0.1'/>"],
                Risk = Risk.Guests,
                Undo = "start it as before",
            })
            {
                Evidence = [.. group.Take(4).Select(static one => new Evidence(EvidenceKind.Socket, one.ToString(), one.Purpose))],
                Severity = group.Any(static one => one.Wildcard) ? null : Severity.High,
            });
        }

        return Outcome.Of(
            findings, $"all consoles of {host.Guests.Length} guests are on loopback, a socket or none",
            Hypervisor.Unseen(host.GuestsProblem, host.Qemu.Problem, facts.Snapshot.Text(SnapshotNames.Listeners) is null ? facts.Why(SnapshotNames.Listeners) : null));
    }

    private static IEnumerable<string> Wrong(HypervisorFacts host, GuestDefinition form) => form.Graphics.SelectMany(console => Wrong(host, console));

    private static IEnumerable<string> Wrong(HypervisorFacts host, GuestGraphics console)
    {
        if (!console.IsNetwork)
        {
            yield break;
        }

        string address = Consoles.Address(host, console);
        if (!Hypervisor.IsLoopback(address))
        {
            yield return $"its {console.Type.ToUpperInvariant()} console listens at {address}";
        }

        if (console.Websocket)
        {
            yield return $"its {console.Type.ToUpperInvariant()} console has a websocket, which any web page can speak to";
        }
    }

    private static Remedy Remedy(AuditedGuest guest) => Hypervisor.EditGuest(
        guest, "Bind the console to loopback and reach it through SSH.",
        "# <graphics type='vnc' port='-1' autoport='yes'> (no websocket=…)", "#   <listen type='address' address='127.0.0.1'/>", "# </graphics>",
        "# from outside: ssh -L 5900:127.0.0.1:5900 HOST, or virt-viewer -c qemu+ssh://HOST/system GUEST");
}
