using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Virtward.Core.Snapshots;
using Virtward.Hardening.Inventory;
using Virtward.Hardening.Inventory.Hypervisor;

namespace Virtward.Hardening.Checks.Libvirt;

/// <summary>LV-03: who may speak to libvirt on the host itself.</summary>
public static partial class Lv03
{
    // Their members are administrators of the host already.
    private static readonly ImmutableArray<string> AdminGroups = ["wheel", "sudo", "admin", "root"];

    /// <summary>The check.</summary>
    public static readonly Check Check = new()
    {
        Id = "LV-03",
        Severity = Severity.High,
        Title = "only administrators may command libvirt on the host",
        Why = "A member of the group libvirt, or whoever polkit lets in, is root in all but name: one guest with the host's disk, or a hook, is enough. So the list of such people must be the list of administrators.",
        Judge = Judge,
    };

    private static Outcome Judge(AuditFacts facts)
    {
        if (Hypervisor.NoLibvirt(facts) is Outcome none)
        {
            return none;
        }

        List<Finding> findings = [];
        ImmutableArray<LibvirtConfig> configs = Hypervisor.Daemons(facts, remote: false);
        foreach (LibvirtConfig config in configs.Where(static config => config.Problem is null))
        {
            Sockets(facts, config, findings);
        }

        string group = configs.Select(static config => config.Find("unix_sock_group")?.Value).FirstOrDefault(static name => name is not null) ?? "libvirt";
        string? groups = Members(facts, group, findings);
        foreach (ConfigFile file in facts.Files.In("/etc/polkit-1/rules.d", "*.rules").Concat(facts.Files.In("/etc/polkit-1/localauthority/50-local.d", "*.pkla")))
        {
            Rules(file, group, findings);
        }

        return Outcome.Of(
            findings, $"libvirt's sockets ask polkit, and the members of {group} are administrators",
            Hypervisor.Unseen([groups, facts.Files.WhyIn("/etc/polkit-1"), .. configs.Select(static config => config.Problem)]));
    }

    private static void Sockets(AuditFacts facts, LibvirtConfig config, List<Finding> findings)
    {
        string daemon = Path.GetFileNameWithoutExtension(config.Path);
        string name = daemon == "virtqemud" ? "virtqemud-sock" : "libvirt-sock";
        if (config.Find("auth_unix_rw") is { Value: "none" } write && IsOpen(facts, $"/run/libvirt/{name}", daemon, "", config.Find("unix_sock_rw_perms"), out Evidence mode))
        {
            findings.Add(new Finding("auth_unix_rw", "every local user commands libvirt: its socket asks nobody who he is",
                Hypervisor.EditConfig(facts, config.Path, "Have polkit asked.", "auth_unix_rw = \"polkit\""))
            {
                Evidence = [Hypervisor.Seen(write), mode],
                Severity = Severity.Critical,
            });
        }

        if (config.Find("auth_unix_ro") is { Value: "none" } read && IsOpen(facts, $"/run/libvirt/{name}-ro", daemon, "-ro", config.Find("unix_sock_ro_perms"), out Evidence readMode))
        {
            findings.Add(new Finding("auth_unix_ro", "every local user may look at all guests: the socket for reading asks nobody who he is",
                Hypervisor.EditConfig(facts, config.Path, "Have polkit asked.", "auth_unix_ro = \"polkit\""))
            {
                Evidence = [Hypervisor.Seen(read), readMode],
                Severity = Severity.Medium,
            });
        }
    }

    // The socket as it is; else as systemd's unit and its drop-ins say, of which the last counts; else as libvirt would make it.
    private static bool IsOpen(AuditFacts facts, string socket, string daemon, string suffix, LibvirtSetting? permissions, out Evidence evidence)
    {
        if (facts.Files.State(socket) is FileState state)
        {
            evidence = new Evidence(EvidenceKind.File, socket, $"mode {state.ModeText}");
            return (state.Mode & 2) != 0;
        }

        string unit = $"{daemon}{suffix}.socket";
        ConfigFile[] files =
        [
            .. ((ReadOnlySpan<ConfigFile?>)[facts.Files.Find($"/etc/systemd/system/{unit}") ?? facts.Files.Find($"/usr/lib/systemd/system/{unit}")]).ToArray().OfType<ConfigFile>(),
            .. facts.Files.In($"/etc/systemd/system/{unit}.d", "*.conf"),
        ];
        string? mode = files.SelectMany(static file => file.Lines).Select(static line => line.Trim())
            .LastOrDefault(static line => line.StartsWith("SocketMode=", StringComparison.Ordinal))?[11..];
        mode ??= permissions?.Value ?? "0777";
        evidence = new Evidence(EvidenceKind.Unit, unit, $"SocketMode={mode}");
        return mode.Length == 0 || mode[^1] is '2' or '3' or '6' or '7';
    }

    private static string? Members(AuditFacts facts, string group, List<Finding> findings)
    {
        if (facts.Files.Find("/etc/group") is not ConfigFile file)
        {
            return facts.Files.Why("/etc/group") ?? "the snapshot has no /etc/group";
        }

        string[][] groups = [.. file.Lines.Select(static line => line.Split(':')).Where(static fields => fields.Length >= 4)];
        string[]? own = Array.Find(groups, fields => fields[0] == group);
        if (own is null)
        {
            return null;
        }

        HashSet<string> admins = [.. groups.Where(static fields => AdminGroups.Contains(fields[0])).SelectMany(static fields => Names(fields[3])), "root"];
        IEnumerable<string> primary = (facts.Files.Find("/etc/passwd")?.Lines ?? []).Select(static line => line.Split(':'))
            .Where(fields => fields.Length >= 4 && fields[3] == own[2]).Select(static fields => fields[0]);
        string[] others = [.. Names(own[3]).Concat(primary).Where(name => !admins.Contains(name)).Distinct().Order(StringComparer.Ordinal)];
        foreach (string name in others.Take(50))
        {
            findings.Add(new Finding($"user {name}", $"{name} is in the group {group} and so commands every guest and the host, without being an administrator",
                new Remedy("Take the user out of the group, unless he is an administrator: then make him one openly.")
                {
                    Steps = [$"gpasswd -d {Hypervisor.Quote(name)} {Hypervisor.Quote(group)}"],
                    Risk = Risk.Service,
                    Undo = $"gpasswd -a {Hypervisor.Quote(name)} {Hypervisor.Quote(group)}",
                })
            {
                Evidence = [new Evidence(EvidenceKind.File, file.Path, string.Join(':', own))],
            });
        }

        return null;
    }

    private static void Rules(ConfigFile file, string group, List<Finding> findings)
    {
        string text = string.Join('\n', file.Lines.Select(static line => line.TrimStart()).Where(static line => !line.StartsWith("//", StringComparison.Ordinal) && !line.StartsWith('#')));
        bool manages = text.Contains("org.libvirt.unix.manage", StringComparison.Ordinal) || text.Contains("org.libvirt.api", StringComparison.Ordinal)
            || text.Contains("org.libvirt.\"", StringComparison.Ordinal) || text.Contains("org.libvirt.*", StringComparison.Ordinal);
        if (!manages || !(text.Contains("Result.YES", StringComparison.Ordinal) || Pkla().IsMatch(text)))
        {
            return;
        }

        string[] who = [.. InGroup().Matches(text).Select(static match => $"group {match.Groups[1].Value}").Concat(IsUser().Matches(text).Select(static match => $"user {match.Groups[1].Value}")).Distinct().Take(20)];
        string[] strangers = [.. who.Where(one => one != $"group {group}" && !AdminGroups.Contains(one.Replace("group ", "", StringComparison.Ordinal)) && one != "user root")];
        if (who.Length > 0 && strangers.Length == 0)
        {
            return;
        }

        findings.Add(new Finding(file.Path, who.Length == 0 ? "polkit lets everybody command libvirt" : $"polkit lets {Hypervisor.List(strangers)} command libvirt without a password",
            new Remedy("Take the rule away, or make it ask for an administrator's password.")
            {
                Steps = [$"# {file.Path}: return polkit.Result.AUTH_ADMIN_KEEP instead of polkit.Result.YES, or remove the rule", "systemctl restart polkit"],
                Risk = Risk.Service,
                Undo = "write the rule back as it was",
            })
        {
            Evidence = [new Evidence(EvidenceKind.File, file.Path, who.Length == 0 ? "returns YES for org.libvirt… without asking for a user or a group" : $"returns YES for {Hypervisor.List(who)}")],
        });
    }

    private static string[] Names(string field) => field.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    [GeneratedRegex("(?:isInGroup\\(\\s*[\"']|unix-group:)([A-Za-z0-9_.-]{1,64})", RegexOptions.CultureInvariant)]
    private static partial Regex InGroup();

    [GeneratedRegex("(?:subject\\.user\\s*={2,3}\\s*[\"']|unix-user:)([A-Za-z0-9_.-]{1,64})", RegexOptions.CultureInvariant)]
    private static partial Regex IsUser();

    [GeneratedRegex("Result(?:Any|Active|Inactive)\\s*=\\s*yes", RegexOptions.CultureInvariant)]
    private static partial Regex Pkla();
}
