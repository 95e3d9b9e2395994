using System.Collections.Immutable;
using System.Globalization;
using Virtward.Core.Net;
using Virtward.Core.Policy;
using Virtward.Core.Snapshots;
using Virtward.Exposure.Facts;
using Virtward.Hardening.Changes;
using Virtward.Hardening.Checks;
using Virtward.Hardening.Checks.Ssh;
using Virtward.Hardening.Inventory;
using Virtward.Hardening.Inventory.Ssh;

namespace Virtward.Hardening.Makers;

/// <summary>
/// sshd as the policy wants it: a drop-in that is read before all others, for the version that is there. Lines of others that would still win are switched off where they
/// stand. What would keep every administrator out is left as it is, and said.
/// </summary>
public static class SshChange
{
    /// <summary>The change's id.</summary>
    public const string Id = "ssh";

    private static readonly ImmutableArray<string> Services = ["ssh.service", "sshd.service"];

    private static readonly ImmutableArray<Check> Checks =
    [
        Ssh01.Check, Ssh03.Check, Ssh04.Check, Ssh05.Check, Ssh06.Check, Ssh07.Check, Ssh08.Check, Ssh09.Check, Ssh10.Check, Ssh11.Check, Ssh12.Check, Ssh13.Check, Ssh14.Check, Ssh15.Check,
    ];

    // The new configuration is served beside the old one, over a pipe instead of a port (sshd(8), -i): it has to greet and to offer its algorithms, of which "none" is one of
    // compression that every one knows (RFC 4253, 4.2, 6.2, 7.1). That shows its keys, its program and its offers to be in order, which -t does not. It then meets the end of its input.
    private static readonly Proof Serving = new(["sshd", "-i", "-e"], "sshd answers with its configuration") { Input = "SSH-2.0-Virtward\r\n", Answers = ["SSH-2.0-", "none"] };

    /// <summary>Makes it.</summary>
    public static MadeChanges Of(AuditFacts facts, HostPolicy policy)
    {
        if (!policy.Ssh.Managed || SshJudge.Excuse(facts) is not null)
        {
            return MadeChanges.None;
        }

        SshInstance main = facts.Ssh.Instances[0];
        if (main.Everybody.Problem is string problem)
        {
            return MadeChanges.Only($"sshd is left as it is: {problem}");
        }

        List<string> notes = [];
        SshWanted wanted = Admitting(facts, policy, SshWanted.Of(facts, policy, notes), notes);
        ImmutableArray<string> failing = ConfigText.Failing(facts, Checks.AsSpan());
        if (wanted.Lines.All(line => Holds(main.Everybody, line)) && !OpensMore(facts, policy))
        {
            return MadeChanges.Only(notes);
        }

        ImmutableArray<Step> steps = [.. Files(facts, wanted), .. SshSocket.Steps(facts, policy), .. AfterNetwork(facts, policy), .. SelinuxPort(facts, policy)];
        var change = new Change(Id, "set sshd up as the policy says", "Whoever gets past SSH has the host and every guest's disk and memory.")
        {
            Checks = [.. failing.Where(id => id switch
            {
                "SSH-01" => wanted.Lines.Any(static line => line.Keyword == "passwordauthentication"),
                "SSH-04" => !policy.Ssh.Listen.IsEmpty,
                _ => true,
            })],
            Risk = ChangeRisk.LockOut,
            Steps = steps,
            Proofs = [new Proof(["sshd", "-t"], "sshd accepts its configuration"), Serving],
            Effects = Effects(facts, steps, wanted),
        };
        return MadeChanges.Of(change, notes);
    }

    /// <summary>The facts as they would be with the drop-in: sshd's own answers are of before, and left out.</summary>
    internal static AuditFacts After(AuditFacts facts, IEnumerable<Step> steps)
    {
        Snapshot snapshot = facts.Snapshot;
        foreach (string answer in snapshot.Files.Keys.Where(static name => name.StartsWith(SnapshotNames.Audit + "sshd-T", StringComparison.Ordinal)))
        {
            snapshot = snapshot with { Files = snapshot.Files.Remove(answer) };
        }

        return new AuditFacts(HostFacts.Read(PlannedFiles.On(snapshot, steps)), facts.Policy, facts.Profile, facts.Now);
    }

    // What shuts people out goes, one by one, until an administrator with a key is let in.
    private static SshWanted Admitting(AuditFacts facts, HostPolicy policy, SshWanted wanted, List<string> notes)
    {
        foreach ((ImmutableArray<string> keywords, string note) in SshWanted.ShuttingOut)
        {
            Outcome key = Ssh02.Check.Judge(After(facts, Files(facts, wanted)));
            if (key.Status == Status.Pass)
            {
                return wanted;
            }

            if (!wanted.Lines.Any(line => keywords.Contains(line.Keyword)))
            {
                continue;
            }

            wanted = wanted.Without(keywords);
            string why = key.Status == Status.Fail ? "no administrator would be left who can log in with a key" : $"whether an administrator has a key is not known ({key.Reason})";
            notes.Add($"{note}: {why}; SSH-02 says what to do");
        }

        return wanted;
    }

    private static bool Holds(SshView view, SshWantedLine line) => line.IsList
        ? view.Values(line.Keyword).Order(StringComparer.Ordinal).SequenceEqual(line.Values.Order(StringComparer.Ordinal), StringComparer.Ordinal)
        : view.Value(line.Keyword) is string value && (line.Good?.Invoke(value.ToLowerInvariant()) ?? value.Equals(line.Values[0], StringComparison.OrdinalIgnoreCase));

    // Ports and addresses of all files count: one more than the policy names is one too many.
    private static bool OpensMore(AuditFacts facts, HostPolicy policy) => SshJudge.IsSocketActivated(facts) && !SshSocket.Steps(facts, policy).IsEmpty;

    private static IEnumerable<Step> Files(AuditFacts facts, SshWanted wanted)
    {
        SshdConfig config = facts.Ssh.Instances[0].Config;
        string text = ConfigText.Ours("sshd takes the first value that it reads.", wanted.Lines.Select(static line => line.Text));
        SshdLine? include = config.IncludeOf(SshRemedy.Directory);
        HashSet<string> keywords = [.. wanted.Lines.Select(static line => line.Keyword)];
        HashSet<string> lists = [.. wanted.Lines.Where(static line => line.IsList).Select(static line => line.Keyword)];
        Dictionary<string, SshdLine[]> winning = config.Lines
            .Where(line => line.Match is null && line.Path != SshRemedy.DropIn && keywords.Contains(line.Keyword) && (lists.Contains(line.Keyword) || SshRemedy.IsBefore(line, include)))
            .GroupBy(static line => line.Path, StringComparer.Ordinal).ToDictionary(static group => group.Key, static group => group.ToArray(), StringComparer.Ordinal);
        bool old = facts.Ssh.Version is SshVersion version && !version.IsAtLeast(8, 2);
        if (!old)
        {
            yield return new FileStep(SshRemedy.DropIn, text, ConfigText.Private);
        }

        if (include is null && facts.Files.Find(SshFacts.MainConfig) is ConfigFile main)
        {
            string edited = ConfigText.CommentOut(Unblocked(main.Text), winning.GetValueOrDefault(main.Path, []).Select(static line => line.Number));

            // Include came with OpenSSH 8.2: before, the lines themselves stand at the top.
            string head = old ? $"{BlockBegin}\n{text}{BlockEnd}\n" : $"Include {SshRemedy.Directory}/*.conf\n";
            winning.Remove(main.Path);
            yield return new FileStep(main.Path, head + edited, ConfigText.Private);
        }

        foreach ((string path, SshdLine[] lines) in winning.OrderBy(static pair => pair.Key, StringComparer.Ordinal))
        {
            if (facts.Files.Find(path) is ConfigFile file)
            {
                yield return new FileStep(path, ConfigText.CommentOut(file.Text, lines.Select(static line => line.Number)), ConfigText.Private);
            }
        }
    }

    private const string BlockBegin = "# virtward begin";
    private const string BlockEnd = "# virtward end";

    private static string Unblocked(string text)
    {
        int end = text.IndexOf(BlockEnd + "\n", StringComparison.Ordinal);
        return text.StartsWith(BlockBegin, StringComparison.Ordinal) && end > 0 ? text[(end + BlockEnd.Length + 1)..] : text;
    }

    // An address that is not there yet when sshd starts is one that it never listens on.
    private static IEnumerable<Step> AfterNetwork(AuditFacts facts, HostPolicy policy)
    {
        if (!policy.Ssh.Listen.IsEmpty && !SshJudge.IsSocketActivated(facts))
        {
            yield return new FileStep(
                $"/etc/systemd/system/{SshRemedy.Unit(facts)}.service.d/00-virtward.conf", ConfigText.Ours("sshd listens on addresses that come with the network.", ["[Unit]", "Wants=network-online.target", "After=network-online.target"]), ConfigText.Public);
        }
    }

    // Where SELinux enforces, sshd may bind to ports of its own type only.
    private static IEnumerable<Step> SelinuxPort(AuditFacts facts, HostPolicy policy)
    {
        if (facts.Distribution.Family != Family.Rhel || facts.Hypervisor.SelinuxEnforces is null)
        {
            yield break;
        }

        foreach (ushort port in policy.Ssh.Ports.Where(static port => port != 22))
        {
            string number = port.ToString(CultureInfo.InvariantCulture);
            if (!facts.Packages.Has("policycoreutils-python-utils"))
            {
                yield return new PackageStep("policycoreutils-python-utils", true);
            }

            // semanage(8) lists only everything at once; its own library answers about one port.
            string ask = $"import seobject; print((seobject.portRecords().get_all().get(({number}, {number}, 'tcp')) or ('none',))[0])";
            yield return new CommandStep($"SELinux port {number}/tcp", ["python3", "-c", ask], "ssh_port_t", [["semanage", "port", "-a", "-t", "ssh_port_t", "-p", "tcp", number]],
                [["semanage", "port", "-d", "-t", "ssh_port_t", "-p", "tcp", number]]);
        }
    }

    private static ImmutableArray<UnitEffect> Effects(AuditFacts facts, ImmutableArray<Step> steps, SshWanted wanted)
    {
        List<UnitEffect> effects = [];
        bool generated = SshSocket.IsGenerated(facts) && SshJudge.IsSocketActivated(facts) && wanted.Lines.Any(static line => line.Keyword is "port" or "listenaddress" or "addressfamily");
        if (generated || steps.OfType<FileStep>().Any(static step => step.Path.StartsWith("/etc/systemd/", StringComparison.Ordinal)))
        {
            effects.Add(new UnitEffect(null, UnitEffectKind.Reload));
        }

        string socket = facts.Units.IsActive("sshd.socket") ? "sshd.socket" : "ssh.socket";
        if (generated || steps.OfType<FileStep>().Any(step => step.Path.StartsWith($"/etc/systemd/system/{socket}.d/", StringComparison.Ordinal)))
        {
            effects.Add(new UnitEffect(socket, UnitEffectKind.Restart));
        }

        foreach (string unit in Services.Where(facts.Units.IsActive))
        {
            effects.Add(new UnitEffect(unit, UnitEffectKind.Reload));
        }

        // An sshd that no unit runs, as without systemd, has to be told, too: what is confirmed would else be the sshd of before.
        if (!Services.Any(facts.Units.IsActive) && !SshJudge.IsSocketActivated(facts))
        {
            effects.Add(new UnitEffect(SshRemedy.Unit(facts) + ".service", UnitEffectKind.Reload));
        }

        return [.. effects];
    }

    /// <summary>An address with a port, as sshd and systemd write it.</summary>
    internal static string Text(Address address, int port) => string.Create(CultureInfo.InvariantCulture, $"{(address.IsV4 ? address.ToString() : $"[{address}]")}:{port}");
}
