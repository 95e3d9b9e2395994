using System.Collections.Immutable;
using System.Globalization;
using Virtward.Core.Policy;
using Virtward.Exposure.Topology;
using Virtward.Hardening.Changes;
using Virtward.Hardening.Checks;
using Virtward.Hardening.Checks.Firewall;
using Virtward.Hardening.Checks.Kernel;
using Virtward.Hardening.Inventory;
using Virtward.Hardening.Inventory.Kernel;

namespace Virtward.Hardening.Makers;

/// <summary>
/// Kernel settings: what the checks ask for and what the policy names, live for each interface at once, and in a file of ours for the next boot when it is confirmed. What
/// the file has held before stays in it, for interfaces that are still there.
/// </summary>
public static class SysctlChange
{
    /// <summary>The change's id.</summary>
    public const string Id = "kernel.settings";

    private const string Forward4 = "net.ipv4.ip_forward";
    private const string Defaults6 = "net.ipv6.conf.default.";
    private const string Redirects = "net.ipv4.conf.all.accept_redirects";

    // Once set, the running kernel does not take it back (Documentation/admin-guide/sysctl/kernel.rst): it could not be undone, and waits for the next boot.
    private static readonly ImmutableArray<string> OneWay = ["kernel.kexec_load_disabled"];

    // systemd-sysctl runs after systemd-modules-load: only of a module that is loaded by then are the settings there (modules-load.d(5)).
    private const string Tracking = "net.netfilter.";
    private const string ModulesLoad = "/etc/modules-load.d/99-virtward.conf";

    private static readonly ImmutableArray<Check> Checks =
        [Sys01.Check, Sys02.Check, Sys03.Check, Sys04.Check, Sys05.Check, Sys06.Check, Sys07.Check, Sys08.Check, Sys09.Check, Sys10.Check, Fw21.Check];

    /// <summary>Makes it.</summary>
    public static MadeChanges Of(AuditFacts facts, HostPolicy policy)
    {
        if (!policy.Kernel.Managed || KernelJudge.Excuse(facts) is not null)
        {
            return MadeChanges.None;
        }

        List<string> notes = [];
        Dictionary<string, string> wanted = new(StringComparer.Ordinal);
        List<string> answered = [];
        foreach (Check check in Checks)
        {
            foreach (Finding finding in check.Judge(facts).Findings.Where(finding => !Needed(finding, policy, notes)))
            {
                answered.Add(check.Id);
                foreach (KernelValue value in finding.Remedy.Kernel)
                {
                    wanted[value.Key] = Reversible(value);
                }
            }
        }

        foreach ((string key, string value) in policy.Kernel.Sysctl)
        {
            string name = KernelFacts.NameOf(SysctlBoot.ToPath(key));
            bool holds = facts.Kernel.Value(key) is string now && Same(now, value) && KernelJudge.AtBoot(facts, key) is SysctlLine line && Same(line.Value ?? "", value);
            if (!holds || wanted.ContainsKey(name))
            {
                wanted[name] = value;
            }
        }

        if (wanted.Count == 0)
        {
            return MadeChanges.Only(notes);
        }

        if (wanted.ContainsKey("kernel.kexec_load_disabled"))
        {
            notes.Add("kernel.kexec_load_disabled holds from the next boot on: the running kernel could not take it back");
        }

        string[] order = [.. wanted.Keys.OrderBy(Rank).ThenBy(static key => key, StringComparer.Ordinal)];
        var change = new Change(Id, "set the kernel's network and protection settings", "Packets that lie about where they come from, and programs that have broken out of a guest, meet the kernel before any rule.")
        {
            Checks = [.. answered.Distinct(StringComparer.Ordinal)],
            Risk = order.Any(static key => key.EndsWith(".rp_filter", StringComparison.Ordinal)) ? ChangeRisk.LockOut : order.Any(static key => Rank(key) == 0) ? ChangeRisk.Guests : ChangeRisk.Service,
            Steps = [.. Live(facts, order, wanted)],
            Lasting = [new FileStep(KernelJudge.DropIn, Text(facts, wanted), ConfigText.Public), .. Later(facts, order),
                .. order.Any(static key => key.StartsWith(Tracking, StringComparison.Ordinal)) ? (ReadOnlySpan<Step>)[new FileStep(ModulesLoad, ConfigText.Ours("", ["nf_conntrack"]), ConfigText.Public)] : []],
        };
        return MadeChanges.Of(change, notes);
    }

    // What the policy lets through from zone to zone needs forwarding, whatever is there of it now.
    private static bool Needed(Finding finding, HostPolicy policy, List<string> notes)
    {
        bool forwards = policy.Services.Any(static service => service.To != ServicePolicy.Host);
        if (!finding.Remedy.Kernel.Any(static value => Rank(value.Key) == 0) || !forwards)
        {
            return false;
        }

        notes.Add("forwarding stays on: a service of the policy is in another zone");
        return true;
    }

    // 1 is for ever until the next boot, 2 can be set back; both forbid it (Documentation/admin-guide/sysctl/kernel.rst).
    private static string Reversible(KernelValue value) =>
        value is { Key: "kernel.unprivileged_bpf_disabled", Value: 1 } ? "2" : value.Value.ToString(CultureInfo.InvariantCulture);

    private static IEnumerable<Step> Live(AuditFacts facts, string[] order, Dictionary<string, string> wanted)
    {
        // Turning forwarding on or off sets other settings too (inet_forward_change in net/ipv4/devinet.c): they are set before as well, so that going back ends with what they were.
        if (wanted.ContainsKey(Forward4) && facts.Kernel.Value(Redirects) is string redirects)
        {
            yield return new SysctlStep(SysctlBoot.ToPath(Redirects), wanted.GetValueOrDefault(Redirects, redirects));
        }

        // An interface without IPv6 is no finding, but made anew it has the default: set now, so that a boot changes nothing more, and that going back knows what it was.
        foreach (string key in order.Where(static key => key.StartsWith(Defaults6, StringComparison.Ordinal)))
        {
            foreach (NetworkInterface idle in facts.Host.Network.Interfaces.Where(one => !V6Settings.IsOn(facts, one.Name)))
            {
                string path = KernelFacts.PathOf(true, idle.Name, key[Defaults6.Length..]);
                if (!wanted.ContainsKey(KernelFacts.NameOf(path)) && facts.Kernel.Value(path) is string own && !Same(own, wanted[key]))
                {
                    yield return new SysctlStep(path, wanted[key]);
                }
            }
        }

        foreach (string key in order)
        {
            bool differs = facts.Kernel.Value(key) is string now && !Same(now, wanted[key]);
            if ((differs || (key == Redirects && wanted.ContainsKey(Forward4))) && !OneWay.Contains(key))
            {
                yield return new SysctlStep(SysctlBoot.ToPath(key), wanted[key]);
            }
        }
    }

    private static string Text(AuditFacts facts, Dictionary<string, string> wanted)
    {
        Dictionary<string, string> all = new(StringComparer.Ordinal);
        foreach (string line in facts.Files.Find(KernelJudge.DropIn)?.Lines ?? [])
        {
            int equals = line.IndexOf('=', StringComparison.Ordinal);
            if (equals > 0 && !line.StartsWith('#') && IsThere(facts, line[..equals].Trim().TrimStart('-')))
            {
                all[KernelFacts.NameOf(SysctlBoot.ToPath(line[..equals].Trim().TrimStart('-')))] = line[(equals + 1)..].Trim();
            }
        }

        foreach ((string key, string value) in wanted)
        {
            all[key] = value;
        }

        // "-": an interface that is not there yet is no error (sysctl.d(5)).
        IEnumerable<string> lines = all.OrderBy(static pair => Rank(pair.Key)).ThenBy(static pair => pair.Key, StringComparer.Ordinal)
            .Select(static pair => $"{(Rank(pair.Key) == 3 ? "-" : "")}{pair.Key} = {pair.Value}");
        return ConfigText.Ours("docs/checks has the reasons: SYS-01 to SYS-10, FW-21.", lines);
    }

    // Lines in files that are read after ours would win at the next boot.
    private static IEnumerable<Step> Later(AuditFacts facts, string[] order)
    {
        IEnumerable<IGrouping<string, SysctlLine>> late = order.SelectMany(key => facts.Kernel.Boot.Of(key)).Where(static line => KernelJudge.IsLater(line.Path) && line.Path.StartsWith("/etc/", StringComparison.Ordinal))
            .Distinct().GroupBy(static line => line.Path, StringComparer.Ordinal).OrderBy(static group => group.Key, StringComparer.Ordinal);
        foreach (IGrouping<string, SysctlLine> group in late)
        {
            if (facts.Files.Find(group.Key) is ConfigFile file)
            {
                yield return new FileStep(file.Path, ConfigText.CommentOut(file.Text, group.Select(static line => line.Number)), ConfigText.Public);
            }
        }
    }

    private static bool IsThere(AuditFacts facts, string key)
    {
        string[] parts = SysctlBoot.ToPath(key).Split('/');
        return parts is not ["net", "ipv4" or "ipv6", "conf", string device, ..] || device is "all" or "default" || facts.Host.Network.Interfaces.Any(one => one.Name == device);
    }

    private static bool Same(string one, string other) =>
        one.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).SequenceEqual(other.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries), StringComparer.Ordinal);

    // Forwarding resets others, "all" and "default" hand theirs on.
    private static int Rank(string key) => key switch
    {
        Forward4 or "net.ipv6.conf.all.forwarding" or "net.ipv4.conf.all.forwarding" => 0,
        _ when key.Contains(".conf.all.", StringComparison.Ordinal) => 1,
        _ when key.Contains(".conf.default.", StringComparison.Ordinal) => 2,
        _ when key.Contains(".conf.", StringComparison.Ordinal) => 3,
        _ => 4,
    };
}
