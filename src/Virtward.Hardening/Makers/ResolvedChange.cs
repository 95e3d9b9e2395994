using Virtward.Core.Policy;
using Virtward.Hardening.Changes;
using Virtward.Hardening.Checks.Networks;
using Virtward.Hardening.Inventory;

namespace Virtward.Hardening.Makers;

/// <summary>systemd-resolved answers the host only.</summary>
public static class ResolvedChange
{
    /// <summary>The change's id.</summary>
    public const string Id = "resolver";

    private const string Unit = "systemd-resolved.service";
    private const string Path = "/etc/systemd/resolved.conf.d/99-virtward.conf";

    /// <summary>Makes it.</summary>
    public static MadeChanges Of(AuditFacts facts, HostPolicy policy)
    {
        if (!policy.Resolver.Managed || !facts.Units.IsActive(Unit))
        {
            return MadeChanges.None;
        }

        string[] wrong = [.. Net02.Check.Judge(facts).Findings.Select(static finding => finding.Subject).Where(subject => subject switch
        {
            "LLMNR" => !policy.Resolver.Llmnr,
            "MulticastDNS" => !policy.Resolver.MulticastDns,
            _ => subject == "DNSStubListenerExtra",
        })];
        if (wrong.Length == 0)
        {
            return MadeChanges.None;
        }

        // The last drop-in that names a setting wins: those after ours are switched off where they stand.
        string text = ConfigText.Ours("", ["[Resolve]", $"LLMNR={Word(policy.Resolver.Llmnr)}", $"MulticastDNS={Word(policy.Resolver.MulticastDns)}", "DNSStubListenerExtra="]);
        List<Step> steps = [new FileStep(Path, text, ConfigText.Public)];
        foreach (ConfigFile file in facts.Files.In("/etc/systemd/resolved.conf.d", "*.conf").Where(static file => string.CompareOrdinal(file.Path, Path) > 0))
        {
            int[] lines = [.. IniFile.Read(file).Where(entry => wrong.Contains(entry.Key)).Select(static entry => entry.Line)];
            if (lines.Length > 0)
            {
                steps.Add(new FileStep(file.Path, ConfigText.CommentOut(file.Text, lines), ConfigText.Public));
            }
        }

        return MadeChanges.Of(new Change(Id, "have systemd-resolved answer this host only", "With LLMNR and multicast DNS the host answers whoever asks on the wire, and takes names from them.")
        {
            Checks = [Net02.Check.Id],
            Risk = ChangeRisk.Service,
            Steps = [.. steps],
            Effects = [new UnitEffect(Unit, UnitEffectKind.Restart)],
        });
    }

    private static string Word(bool on) => on ? "yes" : "no";
}
