using System.Collections.Immutable;

namespace Virtward.Hardening.Inventory.Network;

/// <summary>The settings of systemd-resolved: resolved.conf and its drop-ins, of which the last that sets something wins.</summary>
/// <param name="Settings">By name: value, file and line of the one that wins; lists gather.</param>
public sealed record ResolvedConfig(ImmutableSortedDictionary<string, (string Value, string Path, int Line)> Settings)
{
    /// <summary>A setting; null: not set, so that what it was built with holds.</summary>
    public (string Value, string Path, int Line)? Find(string name) => Settings.TryGetValue(name, out (string, string, int) found) ? found : null;

    /// <summary>Reads the files in the order in which they count: the main one first, then drop-ins by their names, whatever directory they lie in.</summary>
    public static ResolvedConfig Read(IEnumerable<ConfigFile> files)
    {
        ImmutableSortedDictionary<string, (string, string, int)>.Builder settings =
            ImmutableSortedDictionary.CreateBuilder<string, (string, string, int)>(StringComparer.Ordinal);
        foreach (ConfigFile file in files)
        {
            ImmutableArray<string> lines = file.Lines;
            bool inside = false;
            for (int i = 0; i < lines.Length; i++)
            {
                string line = lines[i].Trim();
                int equals = line.IndexOf('=', StringComparison.Ordinal);
                if (line.StartsWith('['))
                {
                    inside = line == "[Resolve]";
                }
                else if (inside && equals > 0 && line[0] is not ('#' or ';'))
                {
                    settings[line[..equals].Trim()] = (line[(equals + 1)..].Trim(), file.Path, i + 1);
                }
            }
        }

        return new ResolvedConfig(settings.ToImmutable());
    }
}
