using System.Collections.Immutable;
using System.Globalization;
using Virtward.Core.Snapshots;
using Virtward.Hardening.Inventory;
using Virtward.Hardening.Inventory.Ssh;

namespace Virtward.Hardening.Checks.Ssh;

/// <summary>SSH-05.</summary>
public static class Ssh05
{
    /// <summary>The check.</summary>
    public static readonly Check Check = new()
    {
        Id = "SSH-05",
        Severity = Severity.Low,
        Title = "sshd listens on the ports that its configuration names, and no other",
        Why = "Firewall, jails and SELinux know the port by number. Where systemd's socket listens on 22 while sshd_config says 2222, they guard a port that nobody uses, and leave the real one alone.",
        Judge = Judge,
    };

    private static Outcome Judge(AuditFacts facts)
    {
        if (SshJudge.Excuse(facts) is Outcome excuse)
        {
            return excuse;
        }

        if (facts.Snapshot.Text(SnapshotNames.Listeners) is null)
        {
            return Outcome.Unknown($"the listening sockets are not known: {facts.Why(SnapshotNames.Listeners)}");
        }

        ImmutableArray<Listener> sockets = SshJudge.Sockets(facts);
        if (sockets.IsEmpty)
        {
            return Outcome.Unknown("no socket of sshd was seen");
        }

        List<string> unseen = [];
        HashSet<int> wanted = [];
        foreach (SshInstance instance in facts.Ssh.Instances)
        {
            SshJudge.AddProblem(instance.Everybody, unseen);
            wanted.UnionWith(Ports(instance.Everybody));
        }

        // A port on the command line goes before the files.
        wanted.UnionWith(sockets.SelectMany(static socket => socket.Processes).SelectMany(static process => OnCommandLine(process.Arguments ?? "")));
        if (unseen.Count > 0)
        {
            return Outcome.Unknown(SshJudge.Join(unseen)!);
        }

        List<Finding> findings = [];
        string declared = string.Join(", ", wanted.Order());
        foreach (Listener socket in sockets.Where(socket => !wanted.Contains(socket.Port)).DistinctBy(static socket => socket.Port))
        {
            findings.Add(new Finding(
                string.Create(CultureInfo.InvariantCulture, $"tcp {socket.Port}"), $"ssh is served on port {socket.Port}, but the configuration names {declared}", Mend(facts, wanted.Order().First()))
            {
                Evidence = [new Evidence(EvidenceKind.Socket, socket.ToString(), socket.Unit ?? (socket.Processes is [ListenerProcess first, ..] ? first.Name : "")), .. facts.Ssh.Instances[0].Everybody.Evidence("port")],
            });
        }

        return Outcome.Of(findings, $"ssh is served on {string.Join(", ", sockets.Select(static socket => socket.Port).Distinct().Order())}, as configured");
    }

    private static IEnumerable<int> Ports(SshView view)
    {
        foreach (string text in view.Values("port").Concat(view.Values("listenaddress").Where(static address => address.StartsWith('[') ? address.Contains("]:", StringComparison.Ordinal) : address.Count(static c => c == ':') == 1)
            .Select(static address => address[(address.LastIndexOf(':') + 1)..])))
        {
            if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int port))
            {
                yield return port;
            }
        }
    }

    private static IEnumerable<int> OnCommandLine(string arguments)
    {
        string[] words = arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        for (int i = 0; i + 1 < words.Length; i++)
        {
            if (words[i] == "-p" && int.TryParse(words[i + 1], NumberStyles.None, CultureInfo.InvariantCulture, out int port))
            {
                yield return port;
            }
        }
    }

    private static Remedy Mend(AuditFacts facts, int port)
    {
        string unit = SshRemedy.Unit(facts);
        ImmutableArray<string> selinux = facts.Distribution.Choose<ImmutableArray<string>>([$"semanage port -a -t ssh_port_t -p tcp {port}    # where the port is not 22"], []);
        if (SshJudge.IsSocketActivated(facts))
        {
            string socket = facts.Units.IsActive("sshd.socket") ? "sshd.socket" : "ssh.socket";
            return new Remedy("Give systemd's socket the port that is configured.")
            {
                Steps = [.. selinux, $"# /etc/systemd/system/{socket}.d/00-virtward.conf", "[Socket]", "ListenStream=", $"ListenStream={port}", "systemctl daemon-reload", $"systemctl restart {socket}"],
                Risk = Risk.Lockout,
                Undo = $"rm /etc/systemd/system/{socket}.d/00-virtward.conf; systemctl daemon-reload; systemctl restart {socket}",
            };
        }

        return new Remedy("Open the new port in the firewall first, then restart sshd, so that it listens where its files say.")
        {
            Steps = [.. selinux, "sshd -t", $"systemctl restart {unit}    # keep this session open until a new one has come in"],
            Risk = Risk.Lockout,
            Undo = $"set the former Port in {SshRemedy.DropIn}; systemctl restart {unit}",
        };
    }
}
