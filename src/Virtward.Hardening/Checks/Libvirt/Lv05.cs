using Virtward.Hardening.Inventory;
using Virtward.Hardening.Inventory.Hypervisor;

namespace Virtward.Hardening.Checks.Libvirt;

/// <summary>LV-05: a console on the network is encrypted and knows who comes.</summary>
public static class Lv05
{
    /// <summary>The check.</summary>
    public static readonly Check Check = new()
    {
        Id = "LV-05",
        Severity = Severity.High,
        Title = "a console on the network is encrypted and asks who comes",
        Why = "On a network every keystroke of a console can be read along, the passwords that are typed into the guest among them. The VNC password does not help: it has eight "
            + "characters, is checked with DES, and stands in the guest's XML.",
        Judge = Judge,
    };

    private static Outcome Judge(AuditFacts facts)
    {
        if (Hypervisor.NoGuests(facts) is Outcome none)
        {
            return none;
        }

        HypervisorFacts host = facts.Hypervisor;
        if (host.Qemu.Problem is string problem)
        {
            bool local = host.GuestsProblem is null && host.Guests.All(static guest => guest.Forms.All(static form => form.Graphics.All(static console => !console.IsNetwork || Hypervisor.IsLoopback(console.Address))));
            return local ? Outcome.Pass("no console is on the network") : Outcome.Unknown(problem);
        }

        return Outcome.Of(
            Hypervisor.Each(
                facts, "console", form => Wrong(host, form), guest => Remedy(facts, guest), (guest, finding) => OldConsoles.Weighed(facts, guest, form => Wrong(host, form), finding)),
            "no console is on the network without encryption and a check of who comes", host.GuestsProblem);
    }

    private static IEnumerable<string> Wrong(HypervisorFacts host, GuestDefinition form) => form.Graphics.SelectMany(console => Wrong(host, console));

    private static IEnumerable<string> Wrong(HypervisorFacts host, GuestGraphics console)
    {
        if (!console.IsNetwork || Hypervisor.IsLoopback(Consoles.Address(host, console)))
        {
            yield break;
        }

        string password = console.Password ? "; its password is of eight characters at most and no help" : "";
        if (console.Type == "vnc")
        {
            bool tls = host.Qemu.Is("vnc_tls", "1");
            bool knows = (tls && host.Qemu.Is("vnc_tls_x509_verify", "1")) || host.Qemu.Is("vnc_sasl", "1");
            if (!tls)
            {
                yield return $"its VNC console is on the network and not encrypted{password}";
            }
            else if (!knows)
            {
                yield return $"its VNC console is encrypted, and takes anybody{password}";
            }
        }
        else if (console.Type == "spice")
        {
            if (host.Qemu.Is("spice_tls", "0") || !console.OnlyTls)
            {
                yield return $"its SPICE console is on the network and takes connections without TLS{password}";
            }
            else if (!console.Password && !host.Qemu.Is("spice_sasl", "1"))
            {
                yield return "its SPICE console is encrypted, and takes anybody";
            }
        }
        else
        {
            yield return $"its {console.Type.ToUpperInvariant()} console is on the network";
        }
    }

    private static Remedy Remedy(AuditFacts facts, AuditedGuest guest) =>
        guest.Forms.Any(static form => form.Graphics.Any(static console => console.Type == "spice"))
            ? Hypervisor.EditGuest(
                guest, "Bind the console to loopback (LV-04); where it must be on the network, allow TLS only.",
                "# <graphics type='spice' tlsPort='-1' autoport='yes' defaultMode='secure'>, with spice_tls = 1 and spice_sasl = 1 in /etc/libvirt/qemu.conf")
            : Hypervisor.EditConfig(
                facts, "/etc/libvirt/qemu.conf", "Bind the console to loopback (LV-04); where it must be on the network, encrypt it and verify clients.",
                "vnc_tls = 1", "vnc_tls_x509_verify = 1", "# certificates in /etc/pki/libvirt-vnc: ca-cert.pem, server-cert.pem, server-key.pem; guests take it over with their next start");
}
