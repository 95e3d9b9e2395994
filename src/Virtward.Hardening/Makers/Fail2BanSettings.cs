using System.Collections.Immutable;
using Virtward.Core.Net;
using Virtward.Core.Policy;
using Virtward.Core.Snapshots;
using Virtward.Exposure.Facts;
using Virtward.Hardening.Checks.Bans;
using Virtward.Hardening.Inventory;
using Virtward.Hardening.Inventory.Guarding;

namespace Virtward.Hardening.Makers;

/// <summary>
/// What must stand in our file for Fail2Ban's jails to be as they should: found by trial, so that values merge exactly as Fail2Ban reads them. Its files are read with ours
/// among them until nothing is missing any more; what others say later than we do is told.
/// </summary>
internal sealed class Fail2BanSettings
{
    private const string Default = "DEFAULT";
    private const string Sshd = "sshd";
    private static readonly Prefix LinkLocal = Prefix.Parse("fe80::/10");

    private const int MostRounds = 50;

    private static readonly ImmutableArray<string> OldSshd = ["sshd-ddos", "ssh-ddos"];

    private readonly AuditFacts _facts;
    private readonly string _path;
    private readonly ImmutableArray<Prefix> _spared;
    private readonly SortedDictionary<string, SortedDictionary<string, string>> _sections = new(StringComparer.Ordinal);
    private readonly List<string> _notes = [];
    private Fail2BanConfig _config = null!;
    private bool _forAll;

    private Fail2BanSettings(AuditFacts facts, HostPolicy policy, string path)
    {
        _facts = facts;
        _path = path;

        // Fail2Ban spares the host itself by asking for its own names (ignoreself); where a name leads elsewhere, or to one address of several, only a list helps. An address that is
        // lent may be somebody else's tomorrow, and is left to ignoreself.
        IEnumerable<Prefix> own = facts.Host.Network.Interfaces.Where(static link => !link.Loopback).SelectMany(static link => link.Addresses)
            .Where(static address => !address.Dynamic && !LinkLocal.Contains(address.Address)).Select(static address => new Prefix(address.Address, address.Address.Bits));
        Prefix[] networks = [.. Ban04.Needed(facts).Select(static one => one.Prefix).Concat(policy.Guard.NeverBan).Distinct()];
        _spared = [.. networks.Concat(own.Where(address => !networks.Any(network => network.Contains(address)))).Distinct()];
    }

    /// <summary>The lines of our file; empty: nothing is missing.</summary>
    public ImmutableArray<string> Lines =>
        [.. _sections.OrderBy(static section => section.Key == Default ? 0 : 1).SelectMany(static section => section.Value.Select(static pair => $"{pair.Key} = {pair.Value}").Prepend($"[{section.Key}]"))];

    /// <summary>Whether a jail reads the journal and Fail2Ban cannot yet.</summary>
    public bool NeedsJournalModule { get; private set; }

    /// <summary>What is left, and why.</summary>
    public ImmutableArray<string> Notes => [.. _notes.Distinct(StringComparer.Ordinal)];

    /// <summary>The host's facts with our file as it is to be.</summary>
    public AuditFacts After { get; private set; } = null!;

    /// <summary>Finds them.</summary>
    /// <param name="facts">The host.</param>
    /// <param name="policy">What it should be.</param>
    /// <param name="path">Our file: what it holds already is found anew.</param>
    public static Fail2BanSettings Of(AuditFacts facts, HostPolicy policy, string path)
    {
        var settings = new Fail2BanSettings(facts, policy, path);
        settings._config = settings.ReadWithOurs();
        for (int round = 0; round < MostRounds && settings.Add(settings._config); round++)
        {
            settings._config = settings.ReadWithOurs();
        }

        settings.After = new AuditFacts(HostFacts.Read(settings.WithOurs()), facts.Policy, facts.Profile, facts.Now);
        return settings;
    }

    private Fail2BanConfig ReadWithOurs() => Fail2BanConfig.Read(FileFacts.Read(WithOurs()))!;

    private Snapshot WithOurs()
    {
        string name = SnapshotNames.OfPath(_path);
        Snapshot snapshot = _facts.Snapshot;
        return Lines.IsEmpty ? snapshot with { Files = snapshot.Files.Remove(name) } : snapshot.With(name, string.Join('\n', Lines) + "\n");
    }

    // One round: true where something was added.
    private bool Add(Fail2BanConfig config)
    {
        bool added = false;
        if (!config.Jails.Any(static jail => jail.Filter is Sshd or "sshd-aggressive"))
        {
            added |= Set(Sshd, "enabled", "true");
        }

        if (config.Jails.Any(static jail => jail.Find("ignorecommand") is not { Value.Length: > 0 }) && Spare(config, Default, config.Find(Default, "ignoreip")))
        {
            _forAll = false;
            return true;
        }

        foreach (Fail2BanJail jail in config.Jails)
        {
            added |= Jail(config, jail);

            // What all inherit changes what the next one is: it is looked at anew.
            if (_forAll)
            {
                _forAll = false;
                return true;
            }
        }

        return added;
    }

    private bool Jail(Fail2BanConfig config, Fail2BanJail jail)
    {
        if (!config.Filters.IsEmpty && jail.Filter.Length > 0 && !config.Filters.Contains(jail.Filter) && !jail.Filter.Contains('%', StringComparison.Ordinal))
        {
            // The lines that those filters knew are of sshd's aggressive mode since 0.10.
            bool old = OldSshd.Contains(jail.Filter);
            _notes.Add(old ? $"Fail2Ban's jail {jail.Name} is switched off: the jail sshd counts its lines (mode = aggressive)"
                : $"Fail2Ban's jail {jail.Name} is switched off: its filter {jail.Filter} does not exist, which stops Fail2Ban at its next start");
            return Set(jail.Name, "enabled", "false") | (old && Set(Sshd, "enabled", "true")) | (old && Set(Sshd, "mode", "aggressive"));
        }

        bool sshd = jail.Filter is Sshd or "sshd-aggressive";
        bool added = false;
        if (jail.Backend == "systemd")
        {
            NeedsJournalModule |= _facts.Packages.Problem is null && !_facts.Packages.Has("python3-systemd");
        }
        else if (_facts.Files.StatesProblem is null && !jail.Logs.IsEmpty && !Ban01.HasLog(_facts, jail))
        {
            if (!sshd)
            {
                _notes.Add($"Fail2Ban's jail {jail.Name} is switched off: it reads {jail.Logs[0]}, which does not exist and stops Fail2Ban at its next start");
                return Set(jail.Name, "enabled", "false");
            }

            added |= Set(jail.Name, "backend", "systemd");
        }

        added |= Limits(jail) | Actions(config, jail) | (sshd && Ports(jail));
        if (jail.Find("ignorecommand") is { Value.Length: > 0 } command)
        {
            _notes.Add($"whom Fail2Ban's jail {jail.Name} spares is left to its program: {command.Value}");
            return added;
        }

        added |= IniFile.Switch(jail.Find("ignoreself")?.Value ?? "true") == false && Set(jail.Name, "ignoreself", "true");
        return added | Spare(config, jail.Name, jail.Find("ignoreip"));
    }

    private bool Spare(Fail2BanConfig config, string section, FoundSetting? found)
    {
        string[] words = (found?.Value ?? "").Split([' ', ',', '\n', '\t'], StringSplitOptions.RemoveEmptyEntries);
        Prefix[] there = [.. words.Select(static text => Prefix.TryParseLenient(text, out Prefix prefix, out _) ? prefix : (Prefix?)null).OfType<Prefix>()];
        Prefix[] missing = [.. _spared.Where(prefix => !there.Any(one => one.Contains(prefix)))];
        string[] loopback = words.Length == 0 ? ["127.0.0.0/8", "::1"] : [];

        // Where a jail inherits the list, the default's was mended first.
        return missing.Length > 0 && (section == Default || found != config.Find(Default, "ignoreip"))
            && Set(section, "ignoreip", string.Join(' ', loopback.Concat(words).Concat(missing.Select(static prefix => prefix.IsSingle ? prefix.First.ToString() : prefix.ToString()))));
    }

    private bool Ports(Fail2BanJail jail)
    {
        string taken = jail.Find("port")?.Value ?? "";
        bool all = jail.Actions.Any(static action => action.Contains("allports", StringComparison.Ordinal) || action is "hostsdeny" or "route");
        int[] missing = all ? [] : [.. BanEngines.SshPorts(_facts).Where(port => !BanEngines.Takes(taken, port))];
        string[] words = [.. taken.Split([',', ' ', '\n'], StringSplitOptions.RemoveEmptyEntries), .. missing.Select(static port => port.ToString(System.Globalization.CultureInfo.InvariantCulture))];
        return missing.Length > 0 && Set(jail.Name, "port", string.Join(',', words));
    }

    private bool Limits(Fail2BanJail jail)
    {
        bool again = jail.Filter == "recidive";
        bool added = false;
        if (!again)
        {
            added |= jail.MaxRetry < Ban05.FewestFailures && Set(jail.Name, "maxretry", "3");
            added |= jail.FindTime is < Ban05.ShortestSeconds or > Ban05.LongestSeconds && Set(jail.Name, "findtime", "10m");
        }

        return jail.BanTime < 0
            ? added | Set(jail.Name, "bantime", again ? "1w" : "1h") | Set(jail.Name, "bantime.increment", "true") | Set(jail.Name, "bantime.maxtime", "4w")
            : added;
    }

    // From the outside in: what all jails inherit, what this one says of its own, at last the action itself.
    private bool Actions(Fail2BanConfig config, Fail2BanJail jail)
    {
        if (jail.Actions.Any(Ban05.IsMail))
        {
            return Set(jail.Name, "action", "%(action_)s");
        }

        if (!jail.Actions.Any(Ban06.IsRuleEach))
        {
            return false;
        }

        if (!_facts.Packages.Has("nftables"))
        {
            _notes.Add($"Fail2Ban's jail {jail.Name} keeps its action, which makes a rule for each ban: nftables is not installed");
            return false;
        }

        return (Ban06.IsRuleEach(Name(config, "banaction")) && Set(Default, "banaction", "nftables[type=multiport]"))
            | (Ban06.IsRuleEach(Name(config, "banaction_allports")) && Set(Default, "banaction_allports", "nftables[type=allports]"))
            || (Ban06.IsRuleEach((jail.Find("banaction")?.Value ?? "").Trim()) && Set(jail.Name, "banaction", "nftables[type=multiport]"))
            || Set(jail.Name, "action", "%(action_)s");
    }

    private static string Name(Fail2BanConfig config, string key) => (config.Find(Default, key)?.Value ?? "").Split('[')[0].Trim();

    // What we have said already and still does not count is said by somebody later.
    private bool Set(string section, string key, string value)
    {
        if (!_sections.TryGetValue(section, out SortedDictionary<string, string>? settings))
        {
            _sections[section] = settings = new SortedDictionary<string, string>(StringComparer.Ordinal);
        }

        if (settings.TryGetValue(key, out string? said) && said == value)
        {
            if (_config.Find(section, key) is FoundSetting found && found.Path != _path)
            {
                _notes.Add($"{key} of Fail2Ban's jail {section} stays: {found.Path} is read after {_path}");
            }

            return false;
        }

        settings[key] = value;
        _forAll |= section == Default;
        return true;
    }
}
