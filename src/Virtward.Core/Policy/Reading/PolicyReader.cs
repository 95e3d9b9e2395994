using System.Collections.Immutable;

namespace Virtward.Core.Policy.Reading;

/// <summary>Reads a policy's YAML text into <see cref="HostPolicy"/>, with every mistake at once. The format is docs/policy.md.</summary>
public static class PolicyReader
{
    /// <summary>The format's version that this reader knows.</summary>
    public const string Version = "1";

    private static readonly string[] Keys =
        ["version", "zones", "services", "firewall", "ssh", "kernel", "ipv6", "libvirt", "resolver", "updates", "software", "drift", "guard", "audit"];

    private static readonly ValueReader<Ipv6Policy> Ipv6 = Values.Word(("on", Ipv6Policy.On), ("off", Ipv6Policy.Off));

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
            Section section = Section.Open(root, "the policy", problems, Meant, Keys);
            CheckVersion(root, section, problems);
            ImmutableArray<ZonePolicy> zones = section.Find("zones") is { } named ? ZoneSection.Read(named, problems) : [];
            var names = new ZoneNames(zones);
            policy = new HostPolicy
            {
                Origin = origin,
                Zones = zones,
                Services = section.Find("services") is { } services ? ServiceSection.Read(services, names, problems) : [],
                Firewall = section.Find("firewall") is { } firewall ? FirewallSection.Read(firewall, names, problems) : new FirewallPolicy(),
                Ssh = section.Find("ssh") is { } ssh ? SshSection.Read(ssh, names, problems) : new SshPolicy(),
                Kernel = section.Find("kernel") is { } kernel ? KernelSection.Read(kernel, problems) : new KernelPolicy(),
                Ipv6 = section.Read("ipv6", Ipv6Policy.On, Ipv6),
                Libvirt = section.Find("libvirt") is { } libvirt ? LibvirtSection.Read(libvirt, problems) : new LibvirtPolicy(),
                Resolver = section.Find("resolver") is { } resolver ? ResolverSection.Read(resolver, problems) : new ResolverPolicy(),
                Updates = section.Find("updates") is { } updates ? UpdatesSection.Read(updates, problems) : new UpdatesPolicy(),
                Software = section.Find("software") is { } software ? SoftwareSection.Read(software, problems) : new SoftwarePolicy(),
                Drift = section.Find("drift") is { } drift ? DriftSection.Read(drift, problems) : new DriftPolicy(),
                Guard = section.Find("guard") is { } guard ? GuardSection.Read(guard, filters, problems) : new GuardPolicy(),
                Audit = section.Find("audit") is { } audit ? AuditSection.Read(audit, problems) : new AuditPolicy(),
            };
            Contradictions.Check(section, policy, problems);
        }

        var found = problems.ToImmutable();
        return new PolicyReading(found.IsEmpty ? policy : null, found);
    }

    // What is spoken of elsewhere, or comes with a later version, must not look as if it were in force.
    private static string? Meant(string key) => key switch
    {
        "guests" or "backup" or "report" or "alerts" or "fleet" => "this version does nothing of that yet: take it out",
        "vpn" => "a VPN's network is a zone, zones: { vpn: … }, and its door a service; this version sets none up",
        "waivers" or "waive" => "waivers stand in audit: waive",
        "dnsmasq" or "dns" => "write it in resolver",
        "packages" or "units" => "packages that must not be there stand in software: absent, units in software: masked-units",
        "consoles" => "write it in libvirt: local-consoles",
        "sysctl" or "modules" => "write it in kernel: sysctl and blocked-modules",
        "jails" => "write it in guard: jails",
        _ => null,
    };

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
