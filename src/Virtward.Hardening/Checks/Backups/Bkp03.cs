using System.Collections.Immutable;
using Virtward.Hardening.Inventory;

namespace Virtward.Hardening.Checks.Backups;

/// <summary>BKP-03: backups are encrypted, and guests cannot reach them.</summary>
public static class Bkp03
{
    // These always encrypt, or refuse to start without saying that they do not.
    private static readonly ImmutableArray<string> Encrypting = ["restic", "kopia", "borg", "borgmatic", "duplicity"];
    private static readonly ImmutableArray<string> Plain = ["rsnapshot"];

    /// <summary>The check.</summary>
    public static readonly Check Check = new()
    {
        Id = "BKP-03",
        Severity = Severity.Medium,
        Title = "backups are encrypted where they lie, and neither guests nor a taken host can destroy them",
        Why = "A backup holds every guest's secrets. And whoever takes the host first deletes the backups that the host's key may delete: the key must be restricted to adding.",
        Judge = Judge,
    };

    private static Outcome Judge(AuditFacts facts)
    {
        if (Libvirt.Hypervisor.NoGuests(facts) is Outcome none)
        {
            return none;
        }

        if (facts.Profile == Profile.Lab)
        {
            return Outcome.NotApplicable("the profile lab does not ask for it");
        }

        BackupMentions mentions = BackupMentions.Read(facts);
        if (mentions.All.IsEmpty)
        {
            return mentions.Problem is string why ? Outcome.Unknown(why) : Outcome.NotApplicable("no program that backs up is set to run here: BKP-01 says so");
        }

        Finding[] findings =
        [
            .. mentions.All.Where(static one => Plain.Contains(one.Program)).DistinctBy(static one => one.Program).Select(one => new Finding(one.Program, $"{one.Program} keeps its copies as they are, not encrypted", new Remedy(
                "Use a program that encrypts before it sends, or encrypt the target's disk.")
            {
                Steps = [facts.Distribution.InstallFromEpel("restic"), "restic init --repo sftp:backup@HOST:/PATH   # keep its password elsewhere too",
                    "# at the target, in authorized_keys: restrict,command=\"…\" so that the key only adds (rest-server --append-only)"],
            })
            {
                Evidence = [one.Evidence],
            }),
        ];
        string known = mentions.Programs.Where(Encrypting.Contains).ToArray() is { Length: > 0 } names ? $"{Libvirt.Hypervisor.List(names)} can encrypt; " : "";
        return Outcome.Of(findings, "", $"{known}whether guests reach the target, and whether the key there may delete, cannot be seen on this host");
    }
}
