using System.Collections.Immutable;
using Virtward.Core.Policy;
using Virtward.Hardening.Changes;
using Virtward.Hardening.Checks.Mac;
using Virtward.Hardening.Inventory;
using Virtward.Hardening.Inventory.Access;

namespace Virtward.Hardening.Makers;

/// <summary>
/// libvirt's own AppArmor profiles, which somebody has put into complain mode, enforced again: the flag is taken out of the file where it stands, and the kernel is given the profile anew. Guests'
/// profiles are virt-aa-helper's, and reported.
/// </summary>
public static class AppArmorChange
{
    /// <summary>The change's id.</summary>
    public const string Id = "apparmor";

    private const string Folder = "/etc/apparmor.d";
    private const string Kernel = "/sys/kernel/security/apparmor/profiles";

    // As Debian and Ubuntu ship them; the names are apparmor.d(5)'s, with and without the path as a name.
    private static readonly ImmutableArray<(string Name, string File)> Known =
    [
        ("libvirtd", "usr.sbin.libvirtd"), ("/usr/sbin/libvirtd", "usr.sbin.libvirtd"), ("virtqemud", "usr.sbin.virtqemud"), ("/usr/sbin/virtqemud", "usr.sbin.virtqemud"),
        ("virt-aa-helper", "usr.lib.libvirt.virt-aa-helper"), ("/usr/lib/libvirt/virt-aa-helper", "usr.lib.libvirt.virt-aa-helper"),
    ];

    /// <summary>Makes it.</summary>
    public static MadeChanges Of(AuditFacts facts, HostPolicy policy)
    {
        if (!policy.Libvirt.Managed || facts.Access.AppArmorIsOn != true || facts.Access.Profiles.IsDefault || MacKind.IsSelinux(facts))
        {
            return MadeChanges.None;
        }

        List<Step> steps = [];
        List<string> names = [];
        List<string> notes = [];
        foreach (AppArmorProfile profile in facts.Access.Profiles.Where(static one => one.Mode == "complain"))
        {
            if (Known.FirstOrDefault(one => one.Name == profile.Name).File is not string file)
            {
                continue;
            }

            if (facts.Files.Find($"{Folder}/{file}") is not ConfigFile found)
            {
                notes.Add($"the AppArmor profile {profile.Name} stays in complain mode: {Folder}/{file} is not there (MAC-01)");
                continue;
            }

            names.Add(profile.Name);
            steps.AddRange(Steps(facts, profile.Name, file, found.Text));
        }

        if (names.Count == 0)
        {
            return notes.Count == 0 ? MadeChanges.None : MadeChanges.Only(notes);
        }

        string[] all = [.. Mac01.Check.Judge(facts).Findings.Select(static finding => finding.Subject)];
        return MadeChanges.Of(
            new Change(Id, $"enforce the AppArmor profile{(names.Count == 1 ? "" : "s")} {string.Join(", ", names)}", "In complain mode a profile tells what it would stop, and stops nothing: a guest that has broken out of QEMU meets no wall.")
            {
                Checks = all.All(names.Contains) ? [Mac01.Check.Id] : [],
                Risk = ChangeRisk.Guests,
                MayBeLeftOut = true,
                Steps = [.. steps],
            }, notes);
    }

    private static IEnumerable<Step> Steps(AuditFacts facts, string name, string file, string text)
    {
        string path = $"{Folder}/{file}";
        string enforcing = Enforcing(text);
        if (enforcing != text)
        {
            yield return new FileStep(path, enforcing, ConfigText.Public);
        }

        // apparmor_parser(8): a link there means complain, whatever the file says.
        if (facts.Files.Find($"{Folder}/force-complain/{file}") is not null)
        {
            yield return new FileStep($"{Folder}/force-complain/{file}", null, ConfigText.Public);
        }

        yield return new CommandStep(
            $"AppArmor profile {name}", ["sed", "-n", $"s|^{name} (\\(.*\\))$|\\1|p", Kernel], "enforce", [["apparmor_parser", "--replace", path]], [["apparmor_parser", "--replace", "--Complain", path]]);
    }

    /// <summary>The profile without <c>complain</c> among its flags (apparmor.d(5): <c>flags=(complain, attach_disconnected)</c>, before the bracket that opens it).</summary>
    internal static string Enforcing(string text) => string.Join('\n', text.Split('\n').Select(static line =>
    {
        const string begin = "flags=(";
        int at = line.IndexOf(begin, StringComparison.Ordinal);
        int end = at < 0 ? -1 : line.IndexOf(')', at);
        if (end < 0 || line.TrimStart().StartsWith('#') || !line.TrimEnd().EndsWith('{'))
        {
            return line;
        }

        string[] flags = line[(at + begin.Length)..end].Split([',', ' '], StringSplitOptions.RemoveEmptyEntries);
        string[] kept = [.. flags.Where(static flag => flag != "complain")];
        return kept.Length == flags.Length ? line
            : kept.Length == 0 ? line[..at] + line[(end + 1)..].TrimStart()
            : $"{line[..(at + begin.Length)]}{string.Join(", ", kept)}{line[end..]}";
    }));
}
