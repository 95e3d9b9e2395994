using System.Globalization;
using System.Text;
using Virtward.Hardening.Inventory;
using Virtward.Hardening.Inventory.Access;

namespace Virtward.Hardening.Checks.Mac;

/// <summary>No guest was denied anything in the last day.</summary>
public static class Mac05
{
    private const int Shown = 5;
    private static readonly TimeSpan Window = TimeSpan.FromHours(24);

    /// <summary>The check.</summary>
    public static readonly Check Check = new()
    {
        Id = "MAC-05",
        Severity = Severity.Low,
        Title = "SELinux or AppArmor denied no guest anything in the last 24 hours",
        Why = "A QEMU process reaches for what is not its guest's for two reasons only: a disk or device that was set up wrongly, or somebody inside who has broken out of the guest and looks around.",
        Judge = Judge,
    };

    private static Outcome Judge(AuditFacts facts)
    {
        string? journal = facts.Output(AccessSources.JournalDenials), audit = facts.Output(AccessSources.AuditDenials);
        if (journal is null && audit is null)
        {
            return Outcome.Unknown($"what was denied is not known: {facts.Why(AccessSources.JournalDenials)}");
        }

        var lines = new List<(string Who, string Where, string Text)>();
        foreach (string line in Lines(journal).Where(line => IsGuest(line)
            && IsRecent(facts, line.AsSpan(0, Math.Max(line.IndexOf(' ', StringComparison.Ordinal), 0)))))
        {
            lines.Add((Who(line), "journal", line));
        }

        foreach (string line in Lines(audit).Where(line => line.Contains("denied", StringComparison.Ordinal) && IsGuest(line) && IsRecent(facts, Stamp(line))))
        {
            lines.Add((Who(line), "audit.log", line));
        }

        // With auditd the kernel's own messages go to it, and the journal may have none of them.
        string? unseen = audit is null && facts.Units.IsActive("auditd.service")
            ? $"auditd has the messages, and they could not be read: {facts.Why(AccessSources.AuditDenials)}"
            : journal is null && !facts.Units.IsActive("auditd.service") ? $"what was denied is not known: {facts.Why(AccessSources.JournalDenials)}"
            : audit is null && facts.Units.Problem is string units ? $"whether auditd takes the messages is not known: {units}"
            : !facts.Host.Meta.Root ? "it needs root to see what was denied"
            : null;
        return Outcome.Of(
            lines.GroupBy(static line => line.Who).Select(static group =>
                new Finding(group.Key, "it was denied something in the last 24 hours",
                new Remedy("Find out what it wanted. A path that should be its own: label it (MAC-03). Anything else: treat the guest as broken into, isolate it and keep its disk.")
            {
                Steps = ["ausearch -m AVC -ts yesterday -i", "journalctl -k --since -24h --grep 'DENIED|avc'", "virsh domif-setlink GUEST INTERFACE down    # cuts it off and leaves it running; virsh domiflist GUEST names the interface"],
                Risk = Risk.Guests,
            })
            { Evidence = [.. group.TakeLast(Shown).Select(static line => new Evidence(EvidenceKind.Output, line.Where, Plain(line.Text)))] }),
            "nothing that names a guest was denied in the last 24 hours",
            unseen);
    }

    private static IEnumerable<string> Lines(string? text) => (text ?? "").Split('\n', StringSplitOptions.RemoveEmptyEntries).Take(1000);

    // The subject decides, not what it reached for: a backup that may not read an image is no guest.
    private static bool IsGuest(string line) => Value(line, "scontext=") is string context ? context.Contains(":svirt", StringComparison.Ordinal)
        : Value(line, "profile=")?.Trim('"').StartsWith("libvirt-", StringComparison.Ordinal) == true;

    // A profile has the guest's UUID in its name; SELinux' label changes with each start, so that only the kind is stable.
    private static string Who(string line) => Value(line, "profile=")?.Trim('"')
        ?? (Value(line, "scontext=")?.Split(':') is { Length: > 2 } parts ? parts[2] : "svirt_t");

    private static string? Value(string line, string key)
    {
        int start = line.IndexOf(key, StringComparison.Ordinal);
        return start < 0 ? null : line[(start + key.Length)..].Split(' ')[0];
    }

    // "type=AVC msg=audit(1764244800.123:456): avc:  denied …"
    private static ReadOnlySpan<char> Stamp(string line)
    {
        int open = line.IndexOf("audit(", StringComparison.Ordinal);
        int end = open < 0 ? -1 : line.IndexOf(':', open);
        return end < 0 ? [] : line.AsSpan(open + 6, end - open - 6);
    }

    private static bool IsRecent(AuditFacts facts, ReadOnlySpan<char> seconds) =>
        !double.TryParse(seconds, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double at)
            || at > facts.Now.ToUnixTimeSeconds() - Window.TotalSeconds;

    // Names of files in it are the guest's own: nothing that a terminal would obey may get through.
    private static string Plain(string line)
    {
        var plain = new StringBuilder(Math.Min(line.Length, 300));
        foreach (char c in line.Length > 300 ? line[..300] : line)
        {
            plain.Append(char.IsControl(c) ? '?' : c);
        }

        return plain.ToString();
    }
}
