using System.Collections.Immutable;
using Virtward.Hardening.Inventory;
using Virtward.Hardening.Inventory.Ssh;

namespace Virtward.Hardening.Checks.Ssh;

/// <summary>SSH-17.</summary>
public static class Ssh17
{
    /// <summary>The check.</summary>
    public static readonly Check Check = new()
    {
        Id = "SSH-17",
        Severity = Severity.Medium,
        Title = "no Match block, hidden file or second sshd takes back what the rest forbids",
        Why = "\"sshd -T\" shows what holds for a connection that no Match block is for. A block for one group or address can give passwords, root and tunnels back, and nobody sees it.",
        Judge = Judge,
    };

    private static readonly ImmutableArray<SshRule> Rules = [.. Ssh01.Rules, .. Ssh03.Rules, .. Ssh13.Rules];

    private static Outcome Judge(AuditFacts facts)
    {
        if (SshJudge.Excuse(facts) is Outcome excuse)
        {
            return excuse;
        }

        List<Finding> findings = [];
        List<string> unseen = [];
        int blocks = 0;
        foreach (SshInstance instance in facts.Ssh.Instances)
        {
            unseen.AddRange(instance.Config.Unread);
            blocks += instance.Config.Matches.Length;
            foreach (SshView view in instance.Special)
            {
                findings.AddRange(Rules.Where(rule => Weakens(instance.Everybody, view, rule)).Select(rule => Tell(facts, instance, view, rule)));
            }

            if (instance.Config.Matches.Length > SshSources.MaxClasses)
            {
                unseen.Add($"only the first {SshSources.MaxClasses} of {instance.Config.Matches.Length} Match blocks of {instance.Config.Path} were tried");
            }

            HashSet<SshdMatch> tried = [.. instance.Special.Select(static view => view.Class!.Match)];
            foreach (SshdLine line in instance.Config.Lines.Where(line => line.Match is not null && !tried.Contains(line.Match)))
            {
                findings.AddRange(Rules.Where(rule => rule.Keyword == line.Keyword && !rule.Good(line.Value.ToLowerInvariant()) && !SshJudge.Breaks(instance.Everybody, rule))
                    .Select(rule => new Finding($"{line.Match}: {rule.Name}{instance.Suffix}", $"{rule.What}, for whom the block is for", Mend(instance, line.Match!, rule))
                    {
                        Evidence = [Evidence.OfLine(line.Match!.Path, line.Match.Number, line.Match.ToString()), Evidence.OfLine(line.Path, line.Number, line.Text)],
                    }));
            }

            if (!instance.IsMain)
            {
                findings.Add(new Finding($"second sshd {instance.Config.Path}", $"another sshd runs with {instance.Config.Path}", new Remedy("Stop it where it has no purpose; else hold it to the same rules: they are judged for it too.")
                {
                    Steps = [$"grep -rlF -- {instance.Config.Path} /etc/systemd/system /usr/lib/systemd/system", "systemctl disable --now UNIT"],
                    Risk = Risk.Lockout,
                    Undo = "systemctl enable --now UNIT",
                }) { Evidence = [new Evidence(EvidenceKind.File, instance.Config.Path, "given to sshd with -f")], Severity = Severity.Low });
            }
        }

        return Outcome.Of(findings.DistinctBy(static finding => finding.Subject), blocks == 0
            ? "there is no Match block, and no second sshd"
            : $"{blocks} Match blocks weaken nothing, and there is no second sshd", SshJudge.Join(unseen));
    }

    private static bool Weakens(SshView everybody, SshView view, SshRule rule)
    {
        bool harmless = Ssh01.Rules.Contains(rule) ? Ssh01.IsHarmless(view, rule) : Ssh13.Rules.Contains(rule) && Ssh13.IsHarmless(view, rule);
        return SshJudge.Breaks(view, rule) && !harmless && !SshJudge.Breaks(everybody, rule);
    }

    private static Finding Tell(AuditFacts facts, SshInstance instance, SshView view, SshRule rule)
    {
        SshdMatch match = view.Class!.Match;
        _ = facts;
        return new Finding($"{match}: {rule.Name}{instance.Suffix}", $"{rule.What}, for whom the block is for", Mend(instance, match, rule))
        {
            Evidence = [Evidence.OfLine(match.Path, match.Number, match.ToString()), .. view.Evidence(rule.Keyword)],
        };
    }

    private static Remedy Mend(SshInstance instance, SshdMatch match, SshRule rule) => new($"Take {rule.Name} out of the block, or the block away.")
    {
        Steps =
        [
            $"# {match.Path}:{match.Number}, {match}: take {rule.Name} out",
            instance.IsMain ? "sshd -t" : $"sshd -t -f {instance.Config.Path}",
            "reload sshd, and log in from a second terminal before this session is closed",
        ],
        Risk = Risk.Lockout,
        Undo = $"put {rule.Name} back into the block, and reload sshd",
    };
}
