using System.Collections.Immutable;

namespace Virtward.Core.Policy.Reading;

/// <summary>Reads a policy's YAML text into <see cref="HostPolicy"/>, with every mistake at once. The format is docs/policy.md.</summary>
public static class PolicyReader
{
    /// <summary>The format's version that this reader knows.</summary>
    public const string Version = "1";

    /// <summary>Reads a policy.</summary>
    /// <param name="text">The text; it may come from anybody: nothing in it can make this throw, hang or grow.</param>
    /// <param name="origin">Where it is from, for messages: a path, or "built-in".</param>
    /// <param name="filters">The built-in filters, so that a misspelt one is told with its place; empty: names are not checked.</param>
    public static PolicyReading Read(string text, string origin, params IReadOnlyCollection<string> filters)
    {
        var problems = new ProblemList(origin);
        HostPolicy? policy = null;
        if (YamlTree.Read(text.StartsWith('\ufeff') ? text[1..] : text, problems) is { } root)
        {
            Section section = Section.Open(root, "the policy", problems, "version", "zones", "services", "guard", "audit");
            CheckVersion(root, section, problems);
            ImmutableArray<ZonePolicy> zones = section.Find("zones") is { } named ? ZoneSection.Read(named, problems) : [];
            policy = new HostPolicy
            {
                Origin = origin,
                Zones = zones,
                Services = section.Find("services") is { } services ? ServiceSection.Read(services, zones, problems) : [],
                Guard = section.Find("guard") is { } guard ? GuardSection.Read(guard, filters, problems) : new GuardPolicy(),
                Audit = section.Find("audit") is { } audit ? AuditSection.Read(audit, problems) : new AuditPolicy(),
            };
        }

        var found = problems.ToImmutable();
        return new PolicyReading(found.IsEmpty ? policy : null, found);
    }

    private static void CheckVersion(YamlItem root, Section section, ProblemList problems)
    {
        switch (section.Find("version"))
        {
            case null when root is YamlMap or { IsEmpty: true }:
                problems.Add(1, 1, "the key 'version' is missing", $"begin with 'version: {Version}'");
                break;
            case { } item and not YamlText { Text: Version }:
                problems.AddExpected(item, $"version {Version}", "this program reads no other");
                break;
        }
    }
}
