using System.Collections.Immutable;
using Virtward.Core.Snapshots;

namespace Virtward.Hardening.Inventory;

/// <summary>
/// The configuration of one of systemd's own programs: the main file of the highest directory, then the drop-ins by name, whatever directory
/// they lie in, as systemd.conf(5) has it.
/// </summary>
public static class SystemdConfig
{
    private static readonly ImmutableArray<string> Directories = ["/etc/systemd", "/run/systemd", "/usr/local/lib/systemd", "/usr/lib/systemd"];

    /// <summary>The files to copy for it.</summary>
    /// <param name="name"><c>journald.conf</c>.</param>
    public static ImmutableArray<FileSource> Sources(string name) =>
    [
        .. Directories.Select(directory => new FileSource($"{directory}/{name}", Cleaning.Secrets)),
        .. Directories.Select(directory => new FileSource($"{directory}/{name}.d/*.conf", Cleaning.Secrets)),
    ];

    /// <summary>The settings in force, by <c>Section.Key</c>; an empty value takes a setting back.</summary>
    public static ImmutableSortedDictionary<string, FoundSetting> Read(FileFacts files, string name)
    {
        ImmutableSortedDictionary<string, FoundSetting>.Builder settings = ImmutableSortedDictionary.CreateBuilder<string, FoundSetting>(StringComparer.Ordinal);
        ConfigFile? main = Directories.Select(directory => files.Find($"{directory}/{name}")).FirstOrDefault(static file => file is not null);
        var dropIns = new SortedDictionary<string, ConfigFile>(StringComparer.Ordinal);
        foreach (ConfigFile file in Directories.SelectMany(directory => files.In($"{directory}/{name}.d", "*.conf")))
        {
            dropIns.TryAdd(file.Path[(file.Path.LastIndexOf('/') + 1)..], file);
        }

        IEnumerable<ConfigFile> all = main is null ? dropIns.Values : dropIns.Values.Prepend(main);
        foreach (ConfigFile file in all)
        {
            foreach (IniEntry entry in IniFile.Read(file))
            {
                string key = $"{entry.Section}.{entry.Key}";
                if (entry.Value.Length == 0)
                {
                    settings.Remove(key);
                }
                else
                {
                    settings[key] = new FoundSetting(entry.Value, file.Path, entry.Line, $"{entry.Key}={entry.Value}");
                }
            }
        }

        return settings.ToImmutable();
    }

    /// <summary>Why a part of it could not be read; null: all was.</summary>
    public static string? Why(FileFacts files, string name) =>
        Directories.Select(directory => files.Why($"{directory}/{name}") ?? files.WhyIn($"{directory}/{name}.d")).FirstOrDefault(static why => why is not null);
}
