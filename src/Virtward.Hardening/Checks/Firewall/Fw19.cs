using Virtward.Hardening.Inventory;
using Virtward.Hardening.Inventory.Firewall.Firewalld;

namespace Virtward.Hardening.Checks.Firewall;

/// <summary>FW-19.</summary>
public static class Fw19
{
    private static readonly Version First = new(2, 3);

    /// <summary>The check.</summary>
    public static readonly Check Check = new()
    {
        Id = "FW-19",
        Severity = Severity.Medium,
        Title = "firewalld owns its table, and judges forwarded ports that others opened",
        Why = "firewalld lets every packet pass whose destination somebody translated, before any zone: what a container engine publishes is open whatever the zones say. "
            + "StrictForwardPorts=yes ends that; NftablesTableOwner=yes keeps other programs' flushes out of firewalld's table.",
        Judge = Judge,
    };

    private static Outcome Judge(AuditFacts facts)
    {
        if (Daemon.Without(facts) is Outcome without)
        {
            return without;
        }

        FirewalldConfig config = Daemon.Config(facts);
        if (facts.Files.Find(FirewalldConfig.ConfPath) is not ConfigFile conf)
        {
            return Outcome.Unknown(facts.Files.Why(FirewalldConfig.ConfPath) ?? $"{FirewalldConfig.ConfPath} is not there");
        }

        Version? version = VersionOf(facts);
        bool strict = config.Sets("StrictForwardPorts");
        if (version is null && !strict)
        {
            return Outcome.Unknown("firewalld's version is not known");
        }

        if (version is not null && version < First && !strict)
        {
            return Outcome.NotApplicable($"firewalld {version} has no such setting (2.3 brings it); EXP-14 and EXP-11 judge what is forwarded");
        }

        if (facts.Profile == Profile.Lab)
        {
            return Outcome.NotApplicable("the profile lab does not ask for it");
        }

        var findings = new List<Finding>();
        foreach ((string key, string otherwise, string what) in ((string, string, string)[])[
            ("StrictForwardPorts", "no", "ports that other programs forward pass whatever the zones say"), ("NftablesTableOwner", "yes", "other programs may flush firewalld's table")])
        {
            string value = config.Value(key, otherwise);
            if (!value.Equals("yes", StringComparison.OrdinalIgnoreCase))
            {
                int line = conf.Lines.ToList().FindIndex(text => text.StartsWith(key + "=", StringComparison.Ordinal)) + 1;
                findings.Add(new Finding(key, $"{key} is {value}: {what}",
                    new Remedy($"Set {key}=yes.") { Risk = Risk.Service, Undo = $"set {key}={value} again and restart firewalld" }.With(
                        $"sed -i.saved 's/^#\\?{key}=.*/{key}=yes/' {FirewalldConfig.ConfPath}    # or add the line", "firewall-cmd --check-config", "systemctl restart firewalld",
                        "# ports that a container engine publishes must then be opened in firewalld: firewall-cmd --add-forward-port=…"))
                {
                    Evidence = [line > 0 ? Checks.Evidence.OfLine(conf.Path, line, conf.Lines[line - 1]) : Checks.Evidence.OfSetting(key, $"{otherwise} (not set in {conf.Path})")],
                });
            }
        }

        return Outcome.Of(findings, "StrictForwardPorts and NftablesTableOwner are yes");
    }

    private static Version? VersionOf(AuditFacts facts)
    {
        string text = facts.Packages.Find("firewalld")?.Version ?? "";
        int colon = text.IndexOf(':', StringComparison.Ordinal);
        string plain = new([.. text[(colon + 1)..].TakeWhile(static c => char.IsAsciiDigit(c) || c == '.')]);
        return Version.TryParse(plain.Trim('.'), out Version? version) ? version : null;
    }
}
