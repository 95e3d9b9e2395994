using System.Collections.Immutable;
using Virtward.Core.Results;
using Virtward.Core.Snapshots;

namespace Virtward.Hardening.Inventory.Firewall.Firewalld;

/// <summary>firewalld's own configuration: what is stored (permanent), and what is in force (runtime).</summary>
public sealed class FirewalldConfig
{
    private const string Etc = "/etc/firewalld";
    private const string Vendor = "/usr/lib/firewalld";

    private readonly ImmutableDictionary<string, string> _conf;

    private FirewalldConfig(ImmutableDictionary<string, string> conf) => _conf = conf;

    /// <summary>The path of firewalld.conf.</summary>
    public const string ConfPath = $"{Etc}/firewalld.conf";

    /// <summary>The zones as stored; those of /etc in place of the vendor's.</summary>
    public ImmutableArray<FirewalldZone> Zones { get; private init; } = [];

    /// <summary>The policies as stored.</summary>
    public ImmutableArray<FirewalldZone> Policies { get; private init; } = [];

    /// <summary>The zones as they are in force; null: the daemon was not asked, or did not answer: <see cref="RuntimeProblem"/>.</summary>
    public ImmutableArray<FirewalldZone>? RuntimeZones { get; private init; }

    /// <summary>The policies as they are in force; null: not known.</summary>
    public ImmutableArray<FirewalldZone>? RuntimePolicies { get; private init; }

    /// <summary>Why the runtime is not known.</summary>
    public string RuntimeProblem { get; private init; } = "";

    /// <summary>What could not be read of the stored configuration; null: all was.</summary>
    public string? Problem { get; private init; }

    /// <summary>The rules of direct.xml, as written; empty: none.</summary>
    public ImmutableArray<string> Direct { get; private init; } = [];

    /// <summary>The zone of everything that is in no other.</summary>
    public string DefaultZone => Value("DefaultZone", "public");

    /// <summary>A setting of firewalld.conf, or what firewalld takes where it is not set.</summary>
    public string Value(string key, string otherwise) => _conf.GetValueOrDefault(key, otherwise);

    /// <summary>Whether firewalld.conf sets it.</summary>
    public bool Sets(string key) => _conf.ContainsKey(key);

    /// <summary>The stored zone or policy of a name; null: none.</summary>
    public FirewalldZone? Find(string name) => Zones.FirstOrDefault(zone => zone.Name == name);

    /// <summary>The zones in force; where the daemon was not asked, as stored.</summary>
    public ImmutableArray<FirewalldZone> Effective => RuntimeZones ?? Zones;

    /// <summary>The policies in force; where the daemon was not asked, as stored.</summary>
    public ImmutableArray<FirewalldZone> EffectivePolicies => RuntimePolicies ?? Policies;

    /// <summary>Reads it; null: firewalld has no configuration here.</summary>
    public static FirewalldConfig? Read(Snapshot snapshot)
    {
        FileFacts files = FileFacts.Read(snapshot);
        List<Problem> problems = [];
        ImmutableArray<FirewalldZone> zones = Stored(files, "zones", false, problems);
        ImmutableArray<FirewalldZone> policies = Stored(files, "policies", true, problems);
        if (zones.IsEmpty && snapshot.Config(ConfPath) is null)
        {
            return null;
        }

        ImmutableArray<string> direct = DirectRules(snapshot.Config($"{Etc}/direct.xml"), problems);
        string? unread = files.WhyIn(Etc);
        string? runtime = snapshot.Text(FirewallSources.RuntimeZones);
        string? runtimePolicies = snapshot.Text(FirewallSources.RuntimePolicies);
        return new FirewalldConfig(Conf(snapshot.Config(ConfPath) ?? ""))
        {
            Zones = zones,
            Policies = policies,
            RuntimeZones = runtime is null ? null : FirewalldReader.Listing(runtime, false),
            RuntimePolicies = runtimePolicies is null ? null : FirewalldReader.Listing(runtimePolicies, true),
            RuntimeProblem = snapshot.Missing.GetValueOrDefault(FirewallSources.RuntimeZones, "firewalld does not run, or was not asked"),
            Problem = unread ?? (problems.Count > 0 ? string.Join("; ", problems) : null),
            Direct = direct,
        };
    }

    private static ImmutableArray<FirewalldZone> Stored(FileFacts files, string folder, bool policy, List<Problem> problems)
    {
        var byName = new SortedDictionary<string, FirewalldZone>(StringComparer.Ordinal);
        foreach (string directory in (ReadOnlySpan<string>)[Vendor, Etc])
        {
            foreach (ConfigFile file in files.In($"{directory}/{folder}", "*.xml"))
            {
                if (FirewalldReader.File(file, policy, problems) is FirewalldZone zone)
                {
                    byName[zone.Name] = zone;
                }
            }
        }

        return [.. byName.Values];
    }

    private static ImmutableDictionary<string, string> Conf(string text)
    {
        ImmutableDictionary<string, string>.Builder values = ImmutableDictionary.CreateBuilder<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (string line in text.Split('\n'))
        {
            int equals = line.IndexOf('=', StringComparison.Ordinal);
            if (equals > 0 && line.TrimStart()[0] is not ('#' or ';'))
            {
                values[line[..equals].Trim()] = line[(equals + 1)..].Trim();
            }
        }

        return values.ToImmutable();
    }

    private static ImmutableArray<string> DirectRules(string? text, List<Problem> problems) =>
        text is null || Virtward.Exposure.Facts.Guests.SafeXml.Root($"{Etc}/direct.xml", text, problems, "direct") is not { } root
            ? []
            : [.. root.Elements().Where(static one => one.Name.LocalName is "rule" or "passthrough")
                .Select(static one => $"{string.Join(' ', one.Attributes().Select(static attribute => attribute.Value))} {one.Value.Trim()}".Trim())];
}
