using Virtward.Core.Policy;
using Virtward.Hardening.Changes;
using Virtward.Hardening.Checks;
using Virtward.Hardening.Checks.Accounts;
using Virtward.Hardening.Checks.Ssh;
using Virtward.Hardening.Inventory;

namespace Virtward.Hardening.Makers;

/// <summary>Modes of files that are root's. Files that belong to somebody else, and programs that nobody ships, are for a person to look at.</summary>
public static class FileModesChange
{
    /// <summary>The change's id.</summary>
    public const string Id = "file.modes";

    private const int Most = 200;

    /// <summary>Makes it.</summary>
    public static MadeChanges Of(AuditFacts facts, HostPolicy policy)
    {
        ArgumentNullException.ThrowIfNull(policy);
        List<string> answered = [];
        List<ModeValue> modes = [];
        foreach (Check check in new[] { Aut02.Check, Ssh16.Check })
        {
            Finding[] findings = [.. check.Judge(facts).Findings.Where(static finding => !finding.Remedy.Modes.IsEmpty)];
            modes.AddRange(findings.SelectMany(static finding => finding.Remedy.Modes));
            answered.AddRange(findings.Select(_ => check.Id));
        }

        // Two checks may speak of one file: what both leave is what it gets.
        ModeValue[] wanted = [.. modes.GroupBy(static value => value.Path, StringComparer.Ordinal).OrderBy(static group => group.Key, StringComparer.Ordinal)
            .Select(static group => new ModeValue(group.Key, group.Aggregate((UnixFileMode)0xfff, static (mode, value) => mode & value.Mode)))];
        return wanted.Length == 0 ? MadeChanges.None : MadeChanges.Of(
            new Change(Id, wanted.Length == 1 ? $"take rights on {wanted[0].Path} away from others than root" : $"take rights on {wanted.Length} files away from others than root",
                "A key that others can read opens the guests; a file of the system that others may write is root for them.")
            {
                Checks = [.. answered.Distinct(StringComparer.Ordinal)],
                Risk = ChangeRisk.None,
                Steps = [.. wanted.Take(Most).Select(static value => new FileModeStep(value.Path, value.Mode))],
            },
            wanted.Length > Most ? [$"{wanted.Length - Most} more files have modes that are too wide: the next plan has them"] : Array.Empty<string>());
    }
}
