using System.Collections.Immutable;
using System.Globalization;
using Virtward.Core.Snapshots;

namespace Virtward.Hardening.Inventory.Kernel;

/// <summary>Facts: sysctls in force, the files that set them, modules, the boot line, and what the processor is prone to.</summary>
public sealed class KernelFacts
{
    private readonly Snapshot _snapshot;
    private readonly FileFacts _files;
    private readonly ImmutableDictionary<string, string> _live;
    private readonly bool _filesRead;

    private KernelFacts(Snapshot snapshot)
    {
        _snapshot = snapshot;
        _files = FileFacts.Read(snapshot);
        _filesRead = snapshot.Text(SnapshotNames.FileStates) is not null;
        ImmutableDictionary<string, string>.Builder live = ImmutableDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (string line in (snapshot.Text(SnapshotNames.Sysctl) ?? "").Split('\n'))
        {
            int equals = line.IndexOf('=', StringComparison.Ordinal);
            if (equals > 0)
            {
                live[SysctlBoot.ToPath(line[..equals].Trim())] = line[(equals + 1)..].Trim();
            }
        }

        _live = live.ToImmutable();
        Boot = SysctlBoot.Read(snapshot);
    }

    /// <summary>What is set at boot.</summary>
    public SysctlBoot Boot { get; }

    /// <summary>Why a setting is not known; null: it is known, or this kernel is known to have no such setting.</summary>
    /// <param name="key">As sysctl(8) writes it, or as a path.</param>
    public string? Why(string key)
    {
        string path = SysctlBoot.ToPath(key);
        if (_live.ContainsKey(path))
        {
            return null;
        }

        // What was read of the same family shows that this one was looked for.
        string family = path[..(path.LastIndexOf('/') + 1)];
        string top = path.StartsWith("net/", StringComparison.Ordinal) ? family : path.Split('/')[0] + "/";
        return _live.Keys.Any(known => known.StartsWith(top, StringComparison.Ordinal))
            ? null
            : _snapshot.Missing.GetValueOrDefault(SnapshotNames.Sysctl, $"the snapshot has no {key}");
    }

    /// <summary>A setting in force; null: not known, or this kernel has none: <see cref="Why"/>.</summary>
    public string? Value(string key) => _live.GetValueOrDefault(SysctlBoot.ToPath(key));

    /// <summary>A setting's number.</summary>
    public int? Number(string key) => int.TryParse(Value(key), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number) ? number : null;

    /// <summary>A setting of an interface, <c>all</c> or <c>default</c>.</summary>
    public int? Number(bool v6, string device, string name) => Number(PathOf(v6, device, name));

    /// <summary>The path of an interface's setting.</summary>
    public static string PathOf(bool v6, string device, string name) => $"net/{(v6 ? "ipv6" : "ipv4")}/conf/{device}/{name}";

    /// <summary>As sysctl(8) writes a path: <c>net.ipv4.conf.eth0/100.rp_filter</c>.</summary>
    public static string NameOf(string path) => string.Create(path.Length, path, static (to, from) =>
    {
        for (int i = 0; i < from.Length; i++)
        {
            to[i] = from[i] switch { '.' => '/', '/' => '.', char c => c };
        }
    });

    /// <summary>What the processor is prone to, and what is done about it: name and text of each. Empty: not known, or the kernel does not say.</summary>
    public ImmutableArray<(string Name, string Text)> Vulnerabilities =>
        [.. _files.In(KernelSources.Vulnerabilities, "*").Select(static file => (file.Path[(KernelSources.Vulnerabilities.Length + 1)..], file.Text.Trim().Split('\n')[0]))];

    /// <summary>A small file of /proc or /sys, without blanks around; null: there is none, or it was not read.</summary>
    public string? Small(string path) => _files.Find(path)?.Text.Trim();

    /// <summary>Why files of /proc and /sys are not known; null: what is not there does not exist.</summary>
    public string? FilesProblem => _filesRead ? null : _snapshot.Missing.GetValueOrDefault(SnapshotNames.FileStates, "the configuration files were not read");

    /// <summary>The words of the boot line; empty: not known.</summary>
    public ImmutableArray<string> BootLine => [.. (Small("/proc/cmdline") ?? "").Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries)];

    /// <summary>The modules that are loaded; null: not known, or the kernel loads none.</summary>
    public ImmutableHashSet<string>? Modules => Small("/proc/modules") is string text
        ? [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static line => line.Split(' ')[0])]
        : null;

    /// <summary>The line of modprobe.d(5) that keeps a module from being loaded by itself; null: none does.</summary>
    public (string Path, int Line, string Text)? Blocked(string module)
    {
        foreach (string directory in new[] { "/etc/modprobe.d", "/run/modprobe.d", "/usr/local/lib/modprobe.d", "/usr/lib/modprobe.d" })
        {
            foreach (ConfigFile file in _files.In(directory, "*.conf"))
            {
                int number = 0;
                foreach (string line in file.Lines)
                {
                    number++;
                    string[] words = line.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
                    bool blocks = words is ["blacklist", string one, ..] && one == module;
                    blocks |= words is ["install", string two, string program, ..] && two == module
                        && (program.EndsWith("/false", StringComparison.Ordinal) || program.EndsWith("/true", StringComparison.Ordinal));
                    if (blocks)
                    {
                        return (file.Path, number, line.Trim());
                    }
                }
            }
        }

        return null;
    }

    /// <summary>Whether the running kernel has a module of the network to load; null: not known.</summary>
    public bool? HasNetModule(string kernel, string module)
    {
        string tree = $"/usr/lib/modules/{kernel}";
        return kernel.Length == 0 || _files.State(tree) is null ? null : _files.State($"{tree}/kernel/net/{module}") is not null;
    }

    /// <summary>Reads them; never fails as a whole.</summary>
    public static KernelFacts Read(Snapshot snapshot)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        return new KernelFacts(snapshot);
    }
}
