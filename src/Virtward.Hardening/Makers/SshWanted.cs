using System.Collections.Immutable;
using System.Globalization;
using Virtward.Core.Policy;
using Virtward.Hardening.Checks.Ssh;
using Virtward.Hardening.Inventory;
using Virtward.Hardening.Inventory.Ssh;

namespace Virtward.Hardening.Makers;

/// <summary>The settings that sshd is to have, for its version and this host.</summary>
/// <param name="Lines">The settings, in the order of the file.</param>
internal sealed record SshWanted(ImmutableArray<SshWantedLine> Lines)
{
    /// <summary>What could keep the last administrator out, in the order in which it is given up, and what is then said.</summary>
    public static readonly ImmutableArray<(ImmutableArray<string> Keywords, string Note)> ShuttingOut =
    [
        (["allowusers", "allowgroups"], "ssh.allow-users and allow-groups are not set"),
        (["permitrootlogin"], "how root may log in is left as it is"),
        (["passwordauthentication", "kbdinteractiveauthentication", "challengeresponseauthentication"], "passwords for SSH stay on"),
    ];

    /// <summary>The same without some settings.</summary>
    public SshWanted Without(ImmutableArray<string> keywords) => new([.. Lines.Where(line => !keywords.Contains(line.Keyword))]);

    /// <summary>What a policy asks for.</summary>
    public static SshWanted Of(AuditFacts facts, HostPolicy policy, List<string> notes)
    {
        SshPolicy ssh = policy.Ssh;
        SshView view = facts.Ssh.Instances[0].Everybody;
        List<SshWantedLine> lines = [];
        Doors(facts, policy, lines);
        lines.Add(new SshWantedLine("PermitRootLogin", [ssh.RootLogin == RootLogin.No ? "no" : "prohibit-password"], false)
        {
            Good = ssh.RootLogin == RootLogin.No ? null : static value => value is "no" or "prohibit-password" or "without-password" or "forced-commands-only",
        });
        if (!ssh.Passwords)
        {
            bool early = facts.Ssh.Version is SshVersion version && !version.IsAtLeast(8, 7);
            lines.Add(new SshWantedLine("PasswordAuthentication", ["no"], false));
            lines.Add(new SshWantedLine(early ? "ChallengeResponseAuthentication" : "KbdInteractiveAuthentication", ["no"], false)
            {
                // The old name is not among sshd's answers.
                Good = early ? _ => view.Value("kbdinteractiveauthentication") == "no" : null,
            });
        }

        foreach ((string name, ImmutableArray<string> allowed) in new[] { ("AllowUsers", ssh.AllowUsers), ("AllowGroups", ssh.AllowGroups) })
        {
            if (!allowed.IsEmpty)
            {
                lines.Add(new SshWantedLine(name, allowed, true));
            }
        }

        Add(Ssh03.Rules.Where(static rule => rule.Keyword != "permitrootlogin"));
        Add(Ssh07.Rules);
        Add(Ssh08.Rules);
        Add(Ssh08.Exempt(facts, view) is SshRule exempt ? [exempt] : []);
        Add(Ssh12.Rules);
        if (view.Knows("unusedconnectiontimeout") == true)
        {
            lines.Add(new SshWantedLine(Ssh12.Idle.Name, [Ssh12.Idle.Wanted], false) { Good = Ssh12.Idle.Good });
        }

        Add(Ssh13.Rules.Where(static rule => rule.Keyword != "allowtcpforwarding"));
        lines.Add(Forwarding(ssh.Forwarding));
        Add(Ssh15.Rules);
        if (ShortRsa(facts) is string key)
        {
            notes.Add($"RequiredRSASize is not set: {key} would not be taken any more; replace it first (SSH-11)");
        }
        else
        {
            Add(Ssh11.Rules);
        }

        Algorithms(facts, lines);
        return new SshWanted([.. lines]);

        // A setting that this sshd does not know would keep it from starting.
        void Add(IEnumerable<SshRule> rules) => lines.AddRange(rules.Where(rule => view.Knows(rule.Keyword) == true)
            .Select(static rule => new SshWantedLine(rule.Name, [rule.Wanted], false) { Good = rule.Good }));
    }

    private static void Doors(AuditFacts facts, HostPolicy policy, List<SshWantedLine> lines)
    {
        SshPolicy ssh = policy.Ssh;
        if (policy.Ipv6 == Ipv6Policy.Off)
        {
            lines.Add(new SshWantedLine("AddressFamily", ["inet"], false));
        }

        if (SshJudge.IsSocketActivated(facts) && !SshSocket.IsGenerated(facts))
        {
            // systemd's socket listens then: SshSocket.
            return;
        }

        if (!ssh.Ports.IsEmpty)
        {
            lines.Add(new SshWantedLine("Port", [.. ssh.Ports.Select(static port => port.ToString(CultureInfo.InvariantCulture))], true));
        }

        if (!ssh.Listen.IsEmpty)
        {
            IEnumerable<int> ports = ssh.Ports.IsEmpty ? PortsNow(facts) : ssh.Ports.Select(static port => (int)port);
            lines.Add(new SshWantedLine("ListenAddress", [.. ssh.Listen.SelectMany(address => ports.Select(port => SshChange.Text(address, port)))], true));
        }
    }

    /// <summary>The ports that sshd is set to now.</summary>
    internal static IEnumerable<int> PortsNow(AuditFacts facts)
    {
        int[] ports = [.. facts.Ssh.Instances[0].Everybody.Values("port").Select(static text => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int port) ? port : 0).Where(static port => port > 0)];
        return ports.Length > 0 ? ports : [22];
    }

    private static SshWantedLine Forwarding(SshForwarding forwarding) => forwarding switch
    {
        SshForwarding.None => new SshWantedLine("AllowTcpForwarding", ["no"], false),
        SshForwarding.Local => new SshWantedLine("AllowTcpForwarding", ["local"], false) { Good = static value => value is "local" or "no" },
        _ => new SshWantedLine("AllowTcpForwarding", ["yes"], false) { Good = static value => value is "yes" or "all" },
    };

    private static void Algorithms(AuditFacts facts, List<SshWantedLine> lines)
    {
        if (Ssh09.Wanted(facts) is not string exchanges)
        {
            return;
        }

        static bool Within(string value, string good) => value.Length > 0 && value.Split(',').All(good.Split(',').Contains);
        string first = exchanges.Split(',')[0];
        lines.Add(new SshWantedLine("KexAlgorithms", [exchanges], false) { Good = value => Within(value, exchanges) && value.Split(',')[0] == first });
        lines.Add(new SshWantedLine("Ciphers", [Ssh10.Ciphers], false) { Good = static value => Within(value, Ssh10.Ciphers) });
        lines.Add(new SshWantedLine("MACs", [Ssh10.Macs], false) { Good = static value => Within(value, Ssh10.Macs) });
    }

    // Somebody's key that sshd takes today and would not any more.
    private static string? ShortRsa(AuditFacts facts)
    {
        SshView view = facts.Ssh.Instances[0].Everybody;
        foreach (SshUser user in facts.Ssh.Users.All.Where(static user => user.HasShell).Take(5000))
        {
            foreach (string path in SshFacts.KeyFiles(view, user))
            {
                if (facts.Ssh.Keys(path)?.FirstOrDefault(static key => key.Type.StartsWith("ssh-rsa", StringComparison.Ordinal) && key.Bits < AuthorizedKey.MinimumRsa) is AuthorizedKey key)
                {
                    return $"an RSA key of {user.Name} with {key.Bits} bits ({path}:{key.Line})";
                }
            }
        }

        return facts.Host.Meta.Root && facts.Ssh.Users.Problem is null ? null : "a key that could not be seen";
    }
}
