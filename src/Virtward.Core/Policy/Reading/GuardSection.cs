using System.Collections.Immutable;
using Virtward.Core.Net;

namespace Virtward.Core.Policy.Reading;

/// <summary>Binds <c>guard:</c>.</summary>
public static class GuardSection
{
    /// <summary>Reads the whole section.</summary>
    public static GuardPolicy Read(YamlItem item, IReadOnlyCollection<string> filters, ProblemList problems)
    {
        Section section = Section.Open(item, "guard", problems, "manage", "never-ban", "max-tracked", "defaults", "jails", "prefix-bans", "siege");
        var standard = new GuardPolicy();
        JailPolicy defaults = JailSection.ReadDefaults(section.Find("defaults"), problems);
        return new GuardPolicy
        {
            Managed = section.Read("manage", standard.Managed, Values.Flag),
            NeverBan = section.ReadList<Prefix>("never-ban", [], NetworkValues.TrustedNetwork),
            MaxTracked = section.Read("max-tracked", standard.MaxTracked, Values.Whole(1_000, 10_000_000)),
            Jails = ReadJails(section.Find("jails"), defaults, filters, problems),
            Prefixes = PrefixBanSection.Read(section.Find("prefix-bans"), problems),
            Siege = SiegeSection.Read(section.Find("siege"), problems),
        };
    }

    private static ImmutableArray<JailPolicy> ReadJails(
        YamlItem? item, JailPolicy defaults, IReadOnlyCollection<string> filters, ProblemList problems)
    {
        if (item is not YamlMap map)
        {
            if (item is { IsEmpty: false })
            {
                problems.AddExpected(item, "jails by name, such as 'sshd: { maxretry: 3 }'");
            }

            return [];
        }

        var jails = ImmutableArray.CreateBuilder<JailPolicy>();
        foreach (YamlEntry entry in map.Entries)
        {
            // A jail that is switched off is checked all the same: it will be switched on one day.
            if (Values.Name(entry.Key, "jail", problems) && JailSection.Read(entry, defaults, filters, problems) is { } jail)
            {
                jails.Add(jail);
            }
        }

        return jails.ToImmutable();
    }
}
