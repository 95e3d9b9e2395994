using System.Collections.Immutable;
using Virtward.Core.Host;
using Virtward.Core.Snapshots;

namespace Virtward.Hardening.Inventory.Kernel;

/// <summary>
/// What systemd-sysctl writes at boot: the files of four directories in the order of their names, where one of /etc hides one of the same
/// name in /run and /usr; the last line for a setting wins, and one that names it goes before wildcards. /etc/sysctl.conf counts only where
/// it is linked into a directory.
/// </summary>
public sealed class SysctlBoot
{
    private const int MaxLines = 20_000;

    private static readonly ImmutableArray<string> Directories = ["/etc/sysctl.d", "/run/sysctl.d", "/usr/local/lib/sysctl.d", "/usr/lib/sysctl.d"];

    private readonly ILookup<string, SysctlLine> _named;
    private readonly ImmutableArray<SysctlLine> _wild;

    private SysctlBoot(IReadOnlyList<SysctlLine> lines, string? problem)
    {
        Problem = problem;
        _named = lines.Where(static line => !Glob.HasWildcard(line.Key)).ToLookup(static line => line.Key, StringComparer.Ordinal);
        _wild = [.. lines.Where(static line => Glob.HasWildcard(line.Key) && line.Value is not null)];
    }

    /// <summary>Why the files are not known, or not all; null: they are.</summary>
    public string? Problem { get; }

    /// <summary>The lines that set a setting, the one that wins first; empty: no file sets it.</summary>
    /// <param name="key">As sysctl(8) writes it, or as a path.</param>
    public ImmutableArray<SysctlLine> Of(string key)
    {
        string path = ToPath(key);
        SysctlLine[] named = [.. _named[path]];
        ImmutableArray<SysctlLine> set = [.. named.Where(static line => line.Value is not null).Reverse()];
        if (named.Length > 0)
        {
            return set;
        }

        string[] parts = path.Split('/');
        return [.. _wild.Where(line => Matches(line.Key.Split('/'), parts)).Reverse()];
    }

    /// <summary>Reads them.</summary>
    public static SysctlBoot Read(Snapshot snapshot)
    {
        FileFacts files = FileFacts.Read(snapshot);
        if (snapshot.Text(SnapshotNames.FileStates) is null)
        {
            return new SysctlBoot([], files.StatesProblem ?? "the configuration files were not read");
        }

        // By name; the directory that stands first hides the others, also with a link to /dev/null or an empty file.
        var byName = new SortedDictionary<string, ConfigFile?>(StringComparer.Ordinal);
        foreach (string directory in Directories)
        {
            foreach (ConfigFile file in files.In(directory, "*.conf"))
            {
                byName.TryAdd(file.Path[(directory.Length + 1)..], file);
            }

            foreach (FileState hidden in files.States.Where(state => state.Target == "/dev/null" && state.Path.StartsWith(directory + "/", StringComparison.Ordinal)))
            {
                byName.TryAdd(hidden.Path[(directory.Length + 1)..], null);
            }
        }

        List<SysctlLine> lines = [];
        foreach (ConfigFile file in byName.Values.OfType<ConfigFile>())
        {
            int number = 0;
            foreach (string raw in file.Lines)
            {
                number++;
                if (lines.Count < MaxLines && Line(file.Path, number, raw) is SysctlLine line)
                {
                    lines.Add(line);
                }
            }
        }

        return new SysctlBoot(lines, Directories.Select(files.WhyIn).FirstOrDefault(static reason => reason is not null));
    }

    /// <summary>A setting's path below /proc/sys: the separator that stands first tells the other's meaning.</summary>
    public static string ToPath(string key)
    {
        int first = key.AsSpan().IndexOfAny('.', '/');
        if (first < 0 || key[first] == '/')
        {
            return key;
        }

        return string.Create(key.Length, key, static (to, from) =>
        {
            for (int i = 0; i < from.Length; i++)
            {
                to[i] = from[i] switch { '.' => '/', '/' => '.', char c => c };
            }
        });
    }

    private static SysctlLine? Line(string path, int number, string raw)
    {
        string text = raw.Trim();
        if (text.Length is 0 or > 4096 || text[0] is '#' or ';')
        {
            return null;
        }

        int equals = text.IndexOf('=', StringComparison.Ordinal);
        string key = (equals < 0 ? text : text[..equals]).Trim();
        if (key.Length == 0 || (equals < 0 && !key.StartsWith('-')))
        {
            return null;
        }

        return new SysctlLine(path, number, ToPath(key.TrimStart('-')), equals < 0 ? null : text[(equals + 1)..].Trim(), text);
    }

    private static bool Matches(string[] patterns, string[] parts)
    {
        if (patterns.Length != parts.Length)
        {
            return false;
        }

        for (int i = 0; i < parts.Length; i++)
        {
            if (!Glob.Matches(patterns[i], parts[i]))
            {
                return false;
            }
        }

        return true;
    }
}
