using System.Collections.Immutable;

namespace Virtward.Core.Policy.Reading;

/// <summary>Binds <c>kernel:</c>.</summary>
public static class KernelSection
{
    // Without these the host has no firewall, no bridges for guests, or no guests.
    private static readonly ImmutableArray<string> Needed =
        ["nf_tables", "nf_conntrack", "nf_nat", "nfnetlink", "bridge", "tun", "kvm", "kvm_intel", "kvm_amd", "vhost", "vhost_net", "virtio_net", "ext4", "xfs"];

    /// <summary>Reads it.</summary>
    public static KernelPolicy Read(YamlItem item, ProblemList problems)
    {
        Section section = Section.Open(item, "kernel", problems, "manage", "sysctl", "blocked-modules");
        var standard = new KernelPolicy();
        return new KernelPolicy
        {
            Managed = section.Read("manage", standard.Managed, Values.Flag),
            Sysctl = section.Find("sysctl") is { } settings ? Settings(settings, problems) : standard.Sysctl,
            BlockedModules = section.ReadList("blocked-modules", standard.BlockedModules, Module),
        };
    }

    private static ImmutableSortedDictionary<string, string> Settings(YamlItem item, ProblemList problems)
    {
        ImmutableSortedDictionary<string, string>.Builder settings = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        if (item is not YamlMap map)
        {
            if (!item.IsEmpty)
            {
                problems.AddExpected(item, "kernel settings, such as 'net.ipv4.ip_forward: 1'");
            }

            return settings.ToImmutable();
        }

        foreach (YamlEntry entry in map.Entries)
        {
            if (!IsKey(entry.Key.Text))
            {
                problems.Add(entry.Key, $"{entry.Key.Describe()} is no kernel setting's name",
                    "write it as sysctl does: net.ipv4.ip_forward; a dot inside an interface's name is a slash: net.ipv4.conf.eth0/5.rp_filter");
            }
            else if (entry.Value is not YamlText { IsEmpty: false, Text: { Length: > 0 and <= 256 } value } || value.Any(char.IsControl))
            {
                problems.AddExpected(entry.Value, "the setting's value, on one line");
            }
            else
            {
                settings[entry.Key.Text] = value;
            }
        }

        return settings.ToImmutable();
    }

    // sysctl.d(5): where the first separator is a dot, dots divide and a slash stands for a dot. Paths cannot lead out of /proc/sys.
    private static bool IsKey(string text)
    {
        int dot = text.IndexOf('.', StringComparison.Ordinal);
        int slash = text.IndexOf('/', StringComparison.Ordinal);
        return dot > 0 && (slash < 0 || dot < slash) && text.Length <= 128
            && text.Split('.').All(static part => part.Length > 0 && part.All(
                static letter => char.IsAsciiLetterOrDigit(letter) || letter is '_' or '-' or '/' or '@'))
            && !text.Contains("//", StringComparison.Ordinal);
    }

    private static bool Module(YamlItem item, ProblemList problems, out string value)
    {
        value = item is YamlText { IsEmpty: false } text ? text.Text : "";
        if (value.Length is 0 or > 64 || !value.All(static letter => char.IsAsciiLetterOrDigit(letter) || letter is '_' or '-'))
        {
            problems.AddExpected(item, "a module's name, such as dccp");
            return false;
        }

        if (Needed.Contains(value.Replace('-', '_')))
        {
            problems.Add(item, $"a host of guests behind a firewall cannot do without {value}", "leave it out");
            return false;
        }

        return true;
    }
}
