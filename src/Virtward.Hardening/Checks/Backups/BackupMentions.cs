using System.Collections.Immutable;
using System.Globalization;
using Virtward.Hardening.Inventory;
using Virtward.Hardening.Inventory.Hypervisor;

namespace Virtward.Hardening.Checks.Backups;

/// <summary>Which programs that back up are set to run on this host, by schedules and units.</summary>
/// <param name="All">Where they are named.</param>
/// <param name="Problem">Why not all places are known; null: they are.</param>
internal sealed record BackupMentions(ImmutableArray<BackupMention> All, string? Problem)
{
    /// <summary>The programs, each once.</summary>
    public IEnumerable<string> Programs => All.Select(static one => one.Program).Distinct().Order(StringComparer.Ordinal);

    /// <summary>Reads them.</summary>
    public static BackupMentions Read(AuditFacts facts)
    {
        ImmutableArray<BackupMention>.Builder all = ImmutableArray.CreateBuilder<BackupMention>();
        string? text = facts.Output(HypervisorSources.BackupMentions);
        foreach (string line in (text ?? "").Split('\n').Take(2000))
        {
            // FILE:LINE:PROGRAM; a file's name may hold colons.
            int last = line.LastIndexOf(':');
            int middle = last > 0 ? line.LastIndexOf(':', last - 1) : -1;
            if (middle > 0 && int.TryParse(line.AsSpan(middle + 1, last - middle - 1), NumberStyles.None, CultureInfo.InvariantCulture, out int number)
                && HypervisorSources.BackupPrograms.Contains(line[(last + 1)..]))
            {
                all.Add(new BackupMention(line[(last + 1)..], line[..middle], number));
            }
        }

        foreach (Inventory.Unit.Unit unit in facts.Units.All.Where(static unit => unit.IsActive || unit.IsEnabled))
        {
            string name = unit.Name.Split('@', '.')[0];
            if (HypervisorSources.BackupPrograms.FirstOrDefault(program => name == program || name.StartsWith(program + "-", StringComparison.Ordinal)) is string known)
            {
                all.Add(new BackupMention(known, unit.Name, 0));
            }
        }

        return new BackupMentions(all.ToImmutable(), text is null ? facts.Why(HypervisorSources.BackupMentions) : facts.Units.FilesProblem ?? (facts.Host.Meta.Root ? null : "it needs root to read all schedules"));
    }
}
