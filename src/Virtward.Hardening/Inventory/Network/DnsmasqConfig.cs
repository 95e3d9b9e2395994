using System.Collections.Immutable;

namespace Virtward.Hardening.Inventory.Network;

/// <summary>What a dnsmasq is told: its options with their values, over all files that it reads.</summary>
/// <param name="Name">Whose it is: a libvirt network's name, or empty for the host's own.</param>
/// <param name="Path">The file that it begins with.</param>
/// <param name="Options">The options, in order.</param>
public sealed record DnsmasqConfig(string Name, string Path, ImmutableArray<DnsmasqOption> Options)
{
    /// <summary>Whether an option is set.</summary>
    public bool Has(string name) => Options.Any(option => option.Name == name);

    /// <summary>The first setting of an option; null: it is not set.</summary>
    public DnsmasqOption? Find(string name) => Options.FirstOrDefault(option => option.Name == name);

    /// <summary>The values of an option.</summary>
    public IEnumerable<string> Values(string name) => Options.Where(option => option.Name == name).Select(static option => option.Value);

    /// <summary>Reads options: <c>name</c> or <c>name=value</c> a line, <c>#</c> begins a comment.</summary>
    public static IEnumerable<DnsmasqOption> Read(ConfigFile file)
    {
        ImmutableArray<string> lines = file.Lines;
        for (int i = 0; i < lines.Length; i++)
        {
            string line = lines[i];

            // A number sign inside a word is part of it: server=1.1.1.1#5353.
            int comment = line.StartsWith('#') ? 0 : line.IndexOf(" #", StringComparison.Ordinal);
            string setting = (comment < 0 ? line : line[..comment]).Trim();
            if (setting.Length == 0)
            {
                continue;
            }

            int equals = setting.IndexOf('=', StringComparison.Ordinal);
            yield return new DnsmasqOption(
                (equals < 0 ? setting : setting[..equals]).Trim(), equals < 0 ? "" : setting[(equals + 1)..].Trim(), file.Path, i + 1);
        }
    }
}
