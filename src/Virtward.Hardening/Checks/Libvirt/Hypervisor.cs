using System.Collections.Immutable;
using Virtward.Core.Snapshots;
using Virtward.Hardening.Inventory;
using Virtward.Hardening.Inventory.Hypervisor;

namespace Virtward.Hardening.Checks.Libvirt;

/// <summary>What the checks about libvirt and its guests have in common: when they have a meaning, and how a guest's finding is put together.</summary>
internal static class Hypervisor
{
    private const int MostItems = 5;
    private const int MostProblems = 100;

    /// <summary>The outcome where there is no libvirt, or that is not known; null: there is one.</summary>
    public static Outcome? NoLibvirt(AuditFacts facts) => facts.Hypervisor.Present
        ? null
        : facts.Hypervisor.PresenceProblem is string why ? Outcome.Unknown(why) : Outcome.NotApplicable("libvirt is not installed here");

    /// <summary>The outcome where there is no guest, or that is not known; null: there are some.</summary>
    public static Outcome? NoGuests(AuditFacts facts) => NoLibvirt(facts)
        ?? (!facts.Hypervisor.Guests.IsEmpty ? null
            : facts.Hypervisor.GuestsProblem is string why ? Outcome.Unknown(why) : Outcome.NotApplicable("no guest is defined here"));

    /// <summary>Whether libvirt is split into daemons of its own; false: libvirtd does all; null: not known, or both are in use.</summary>
    public static bool? IsModular(AuditFacts facts)
    {
        bool split = InUse(facts, "virtqemud");
        bool whole = InUse(facts, "libvirtd");
        if (split != whole)
        {
            return split;
        }

        split = facts.Files.State("/usr/sbin/virtqemud") is not null;
        return split == facts.Files.State("/usr/sbin/libvirtd") is not null ? null : split;
    }

    /// <summary>The configuration files of the daemons that are in use; where that is not known, those that are there.</summary>
    /// <param name="facts">The host.</param>
    /// <param name="remote">Only those of the daemon that serves the network.</param>
    public static ImmutableArray<LibvirtConfig> Daemons(AuditFacts facts, bool remote)
    {
        string[] split = remote ? ["/etc/libvirt/virtproxyd.conf"] : ["/etc/libvirt/virtqemud.conf", "/etc/libvirt/virtproxyd.conf"];
        string[] files = IsModular(facts) switch
        {
            true => split,
            false => ["/etc/libvirt/libvirtd.conf"],
            null => ["/etc/libvirt/libvirtd.conf", .. split],
        };
        return [.. files.Select(facts.Hypervisor.Config)];
    }

    /// <summary>The daemon that runs guests.</summary>
    public static string Daemon(AuditFacts facts) => IsModular(facts) ?? facts.Distribution.Choose(true, false) ? "virtqemud" : "libvirtd";

    /// <summary>The daemon that serves sockets.</summary>
    public static string Server(AuditFacts facts) => IsModular(facts) ?? facts.Distribution.Choose(true, false) ? "virtproxyd" : "libvirtd";

    /// <summary>A guest's definition as evidence.</summary>
    public static Evidence Seen(GuestDefinition form, string text) => new(EvidenceKind.Guest, $"{form.Name} ({form.State})", text);

    /// <summary>A setting as evidence.</summary>
    public static Evidence Seen(LibvirtSetting setting) => Evidence.OfLine(setting.Path, setting.Line, setting.Text);

    /// <summary>A qemu as evidence.</summary>
    public static Evidence Seen(QemuProcess process, string text) => new(EvidenceKind.Guest, $"{process.Guest ?? "a qemu without a guest's name"} (process)", text);

    /// <summary>Some of a list, and how many more.</summary>
    public static string List(IEnumerable<string> items, int most = MostItems)
    {
        string[] all = [.. items.Select(static item => item.Length > 200 ? item[..200] + "…" : item)];
        string some = string.Join(", ", all.Take(most));
        return all.Length > most ? $"{some} and {all.Length - most} more" : some;
    }

    /// <summary>Of several reasons why something could not be seen those that there are; null: none.</summary>
    public static string? Unseen(params ReadOnlySpan<string?> reasons)
    {
        string[] all = [.. reasons.ToArray().OfType<string>().Distinct()];
        return all.Length == 0 ? null : List(all, 3);
    }

    /// <summary>A finding for each guest of which some form has something wrong.</summary>
    /// <param name="facts">The host.</param>
    /// <param name="topic">What it is about, for the subject.</param>
    /// <param name="wrong">What is wrong with a form, clauses.</param>
    /// <param name="remedy">What to do about a guest.</param>
    /// <param name="weigh">Says of a guest's finding how bad it is; null: each is as bad as the check says.</param>
    public static IEnumerable<Finding> Each(
        AuditFacts facts, string topic, Func<GuestDefinition, IEnumerable<string>> wrong, Func<AuditedGuest, Remedy> remedy, Func<AuditedGuest, Finding, Finding>? weigh = null)
    {
        foreach (AuditedGuest guest in facts.Hypervisor.Guests)
        {
            (GuestDefinition Form, string[] Items)[] found =
            [
                .. guest.Forms.Select(form => (form, (string[])[.. wrong(form).Distinct().Take(MostProblems)])).Where(static pair => pair.Item2.Length > 0),
            ];
            if (found.Length > 0)
            {
                var finding = new Finding($"guest {guest.Name}: {topic}", List(found.SelectMany(static pair => pair.Items).Distinct()), remedy(guest))
                {
                    Evidence = [.. found.Select(static pair => Seen(pair.Form, List(pair.Items)))],
                };
                yield return weigh is null ? finding : weigh(guest, finding);
            }
        }
    }

    /// <summary>Another XML for a guest: saved before, and in force with its next start.</summary>
    /// <param name="guest">The guest.</param>
    /// <param name="summary">What to do, an order.</param>
    /// <param name="lines">What to write, and where in the XML.</param>
    public static Remedy EditGuest(AuditedGuest guest, string summary, params ReadOnlySpan<string> lines)
    {
        string name = Quote(guest.Name);
        string saved = Quote($"/root/virtward-{guest.Name.Replace('/', '_')}.xml");
        return new Remedy(summary)
        {
            Steps =
            [
                $"(umask 077; virsh dumpxml --inactive --security-info {name} > {saved})", $"virsh edit {name}", .. lines,
                .. guest.Running ? (ReadOnlySpan<string>)[$"virsh shutdown {name}   # wait until it is off, then:", $"virsh start {name}"] : [],
            ],
            Risk = Risk.Guests,
            Undo = $"virsh define {saved}, then shut the guest down and start it again",
        };
    }

    /// <summary>Settings for a file of libvirt's: it has no drop-ins, so that the file itself is edited, with a copy kept.</summary>
    public static Remedy EditConfig(AuditFacts facts, string path, string summary, params ReadOnlySpan<string> lines)
    {
        string daemon = path.EndsWith("virtproxyd.conf", StringComparison.Ordinal) ? "virtproxyd" : Daemon(facts);
        return new Remedy(summary)
        {
            Steps = [$"cp -a {path} {path}.virtward-saved", $"# {path}", .. lines, $"systemctl restart {daemon}"],
            Config = Values(path, lines),
            Risk = Risk.Service,
            Undo = $"mv {path}.virtward-saved {path} && systemctl restart {daemon}",
        };
    }

    // "name = value   # why": names in capitals stand for what only the administrator knows.
    private static ImmutableArray<ConfigValue> Values(string path, ReadOnlySpan<string> lines)
    {
        ImmutableArray<ConfigValue>.Builder values = ImmutableArray.CreateBuilder<ConfigValue>();
        foreach (string line in lines)
        {
            string[] parts = line.Split("   #", 2)[0].Split(" = ", 2);
            if (parts.Length == 2 && !line.StartsWith('#') && !parts[1].Contains("_ADDRESS", StringComparison.Ordinal) && !parts[1].Contains("example", StringComparison.Ordinal))
            {
                values.Add(new ConfigValue(path, parts[0], parts[1]));
            }
        }

        return values.ToImmutable();
    }

    /// <summary>A word for a shell.</summary>
    public static string Quote(string text) =>
        text.Length > 0 && text.All(static c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.' or '/') ? text : $"'{text.Replace("'", "'\\''", StringComparison.Ordinal)}'";

    /// <summary>Whether an address is the host's own loopback.</summary>
    public static bool IsLoopback(string address) =>
        address is "localhost" or "localhost.localdomain" || (Core.Net.Address.TryParse(address, out Core.Net.Address read) && (read.IsV4 ? read.V4 >> 24 == 127 : read.Value == 1));

    /// <summary>Whether an address stands for all of the host's.</summary>
    public static bool IsWildcard(string address) =>
        address is "*" || (Core.Net.Address.TryParse(address, out Core.Net.Address read) && (read.IsV4 ? read.V4 == 0 : read.Value == 0));

    private static bool InUse(AuditFacts facts, string daemon) =>
        ((ReadOnlySpan<string>)[$"{daemon}.socket", $"{daemon}.service"]).ToArray().Any(unit => facts.Units.IsActive(unit) || facts.Units.IsEnabled(unit));
}
