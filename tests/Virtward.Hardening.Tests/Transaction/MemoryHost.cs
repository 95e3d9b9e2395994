using System.Collections.Immutable;
using System.Text;
using Virtward.Core.Host;
using Virtward.Core.Results;
using Virtward.Hardening.Machine;

namespace Virtward.Hardening.Tests.Transaction;

/// <summary>
/// A host in memory: files, kernel settings, units, packages, our tables, and a switch of somebody's own. Every operation that changes something counts, and whoever drives it
/// can be killed at any of them, before it or after it; or a disk can be full from one of them on.
/// </summary>
public sealed class MemoryHost : IHostFiles, IKernelSettings, ICommands, ITransactionFiles, IRevertWatch, IBootClock
{
    private readonly Dictionary<string, string> _plans = [];
    private readonly SortedDictionary<string, List<string>> _journals = new(StringComparer.Ordinal);
    private int _operations;
    private bool _locked;

    public SortedDictionary<string, FileImage> Files { get; } = new(StringComparer.Ordinal);

    public SortedDictionary<string, string> Settings { get; } = new(StringComparer.Ordinal);

    public SortedDictionary<string, (string Boot, bool Running)> Units { get; } = new(StringComparer.Ordinal);

    public SortedSet<string> Packages { get; } = new(StringComparer.Ordinal);

    /// <summary>The version of all of them.</summary>
    public string Version { get; set; } = "1.0";

    public SortedDictionary<string, string> Switches { get; } = new(StringComparer.Ordinal);

    /// <summary>Objects of <c>inet virtward</c>, by name; null: there is no table.</summary>
    public SortedDictionary<string, string>? Table { get; set; }

    public List<string> Log { get; } = [];

    public string Boot { get; set; } = "boot-1";

    public TimeSpan Uptime { get; set; } = TimeSpan.FromHours(1);

    public HashSet<string> Armed { get; } = [];

    /// <summary>The operation at which whoever drives the host dies; null: never.</summary>
    public int? KillAt { get; set; }

    /// <summary>Whether the operation that kills still happens.</summary>
    public bool KillAfter { get; set; }

    /// <summary>Whether the journal and files can no longer grow.</summary>
    public bool DiskIsFull { get; set; }

    /// <summary>Programs whose first two words are refused.</summary>
    public HashSet<string> Refused { get; } = [];

    /// <summary>Services that packages start and do not stop.</summary>
    public Dictionary<string, string> Starting { get; } = [];

    /// <summary>Files of packages, by package.</summary>
    public Dictionary<string, string> Owning { get; } = [];

    /// <summary>Units that have failed.</summary>
    public HashSet<string> Failed { get; } = [];

    /// <summary>Packages that no mirror has.</summary>
    public HashSet<string> Unreachable { get; } = [];

    /// <summary>Whether the lists of packages can be fetched, after which all are reachable.</summary>
    public bool HasMirror { get; set; }

    /// <summary>What comes along with a package.</summary>
    public List<KeyValuePair<string, string>> Bringing { get; } = [];

    /// <summary>Packages that a power cut left half unpacked: nothing but force takes them away.</summary>
    public HashSet<string> HalfThere { get; } = [];

    /// <summary>Packages that would go with another, which they need.</summary>
    public Dictionary<string, string> Needing { get; } = [];

    public int Operations => _operations;

    public HostMachine Machine => new(this, this, this, HasSystemd: true);

    public HostMachine Booting => Machine with { IsBooting = true };

    /// <summary>Everything that a transaction may change and must put back, as text.</summary>
    public string Picture()
    {
        var text = new StringBuilder();
        foreach ((string path, FileImage image) in Files.Where(static file => !file.Key.StartsWith("/var/lib/virtward/", StringComparison.Ordinal) && file.Key != AptHistory.Path))
        {
            text.Append($"{path} {image.Mode} {image.Uid}:{image.Gid} -> {image.LinkTarget} [{string.Join(",", image.Attributes.Select(static a => $"{a.Key}={a.Value.ToText()}"))}]: {image.Content.ToText()}\n");
        }

        text.AppendJoin("", Settings.Select(static one => $"{one.Key} = {one.Value}\n"));
        text.AppendJoin("", Units.Where(static one => one.Value != ("", false)).Select(static one => $"{one.Key}: {one.Value.Boot} {one.Value.Running}\n"));
        text.AppendJoin("", Packages.Select(static one => $"package {one}\n"));
        text.AppendJoin("", Switches.Select(static one => $"switch {one.Key} {one.Value}\n"));
        text.Append(Table is null ? "no table\n" : string.Join("", Table.Values));
        return text.ToString();
    }

    /// <summary>Whoever drives the host is gone, and with it the lock; someone else goes on.</summary>
    public void NextProcess()
    {
        _locked = false;
        KillAt = null;
    }

    /// <summary>The machine starts anew: what only the running kernel had is gone.</summary>
    public void Reboot(string boot, IEnumerable<KeyValuePair<string, string>> settings)
    {
        NextProcess();
        Boot = boot;

        // Nobody wrote that to the disk (fsync): a power cut may take it.
        Files.Remove(AptHistory.Path);
        Uptime = TimeSpan.FromSeconds(3);
        Table = null;
        Settings.Clear();
        foreach ((string key, string value) in settings)
        {
            Settings[key] = value;
        }

        foreach (string unit in Units.Keys.ToArray())
        {
            Units[unit] = (Units[unit].Boot, Units[unit].Boot == "enabled");
        }
    }

    Result<FileImage?> IHostFiles.Read(string path, int maxBytes) => Result<FileImage?>.Ok(Files.GetValueOrDefault(path));

    Result<Done> IHostFiles.Write(string path, FileImage image)
    {
        if (DiskIsFull && image.Content.Length > 0)
        {
            return new Problem("cannot write the file: No space left on device", path);
        }

        if (_operations + 1 == KillAt)
        {
            // Killed before it is moved into place.
            Files[Half(path)] = image;
        }

        Do($"write {path}", () =>
        {
            Files.Remove(Half(path));
            Files[path] = image;
        });
        return default(Done);
    }

    Result<Done> IHostFiles.Tidy(string path)
    {
        Files.Remove(Half(path));
        return default(Done);
    }

    private static string Half(string path) => path + ".half";

    Result<Done> IHostFiles.Remove(string path)
    {
        Do($"remove {path}", () => Files.Remove(path));
        return default(Done);
    }

    string? IHostFiles.FirstMissingDirectory(string path) => null;

    Result<Done> IHostFiles.RemoveEmptyDirectories(string path, string top) => default(Done);

    Result<Done> IHostFiles.SetMode(string path, UnixFileMode mode)
    {
        Do($"mode {path}", () => Files[path] = Files[path] with { Mode = mode });
        return default(Done);
    }

    Result<string?> IKernelSettings.Read(string path) => Result<string?>.Ok(Settings.GetValueOrDefault(path));

    Result<Done> IKernelSettings.Write(string path, string value)
    {
        Do($"sysctl {path}", () =>
        {
            Settings[path] = value;

            // As the kernel does with forwarding: the value for all goes through to every interface.
            if (path == "net/ipv4/conf/all/forwarding")
            {
                Settings["net/ipv4/conf/eth0/forwarding"] = value;
            }
        });
        return default(Done);
    }

    public Task<Result<CommandOutput>> RunAsync(Command command, CancellationToken cancel)
    {
        string[] words = [command.Program, .. command.Arguments.Select(static word => word == "--simulate" ? "simulate" : word).Where(static word => !word.StartsWith("--", StringComparison.Ordinal))];
        if (Refused.Contains(string.Join(' ', words.Take(2))))
        {
            return Answer(1, "", "it refuses");
        }

        return words switch
        {
            ["systemctl", "show", var unit] => Answer(0, Show(unit), ""),
            ["systemctl", "daemon-reload"] => Answer(0, "", ""),
            ["systemctl", "try-reload-or-restart" or "try-restart", var unit] => Changing($"notice {unit}", static () => { }),
            ["systemctl", "start", var socket] when socket.EndsWith(".socket", StringComparison.Ordinal) && Units[ServiceOf(socket)].Running

                // In the queue of a boot the socket comes before its service.
                && !command.Arguments.Contains("--no-block") => Answer(1, "", ""),
            ["systemctl", "restart", var service, var socket] => Changing($"restart {socket}", () => (Units[socket], Units[service]) = ((Units[socket].Boot, true), (Units[service].Boot, true))),
            ["systemctl", "is-failed", var unit] => Answer(Failed.Contains(unit) ? 0 : 1, "", ""),
            ["systemctl", var verb, .. var units] => Changing($"{verb} {units[0]}", () => Systemctl(verb, units[0])),
            ["nft", "-s", "list", "table", "inet", ..] => Table is null ? Answer(1, "", "Error: No such file or directory") : Answer(0, Listing(), ""),
            ["nft", "-s", "list", ..] => Answer(1, "", "Error: No such file or directory"),
            ["nft", "-f", "-"] => Changing("nft", () => Load(command.Input)),
            ["dpkg-query", .. var all] when command.Arguments.Contains("--listfiles") => Answer(0, string.Concat(Starting.Where(one => all.Contains(one.Key) && (Packages.Contains(one.Key) || HalfThere.Contains(one.Key))).Select(static one => $"/lib/systemd/system/{one.Value}\n")) + string.Concat(all.Where(Owning.ContainsKey).Select(one => Owning[one] + "\n")), ""),
            ["dpkg-query", var half] when HalfThere.Contains(half) => Answer(0, $"half-installed {Version}", ""),
            ["dpkg-query", var package] => Packages.Contains(package) ? Answer(0, $"installed {Version}", "") : Answer(1, "", "no packages found"),
            ["env", "LC_ALL=C", "userdel", var name] => Changing($"userdel {name}", () => WithoutLine("/etc/passwd", name)),
            ["env", "LC_ALL=C", "groupdel", var name] => Changing($"groupdel {name}", () => WithoutLine("/etc/group", name)),
            ["env", "DEBIAN_FRONTEND=noninteractive", "LC_ALL=C", .. var rest] => Apt(rest, command.Arguments.Contains("--download-only")),
            ["switch", "get", var name] => Answer(0, Switches[name] + "\n", ""),
            ["query", var name] => Switches[name] == "yes" ? Answer(0, "yes\n", "") : Answer(1, "no\n", ""),
            ["switch", "set", var name, var value] => Changing($"switch {name}", () => Switches[name] = value),
            ["upgrades", "get"] when Packages.Contains("unattended-upgrades") => Answer(0, Switches.GetValueOrDefault("upgrades", "off"), ""),
            ["upgrades", "set", var value] when Packages.Contains("unattended-upgrades") => Changing("upgrades", () => Set("upgrades", value, without: "off")),
            ["upgrades", ..] => Task.FromResult<Result<CommandOutput>>(new Problem("program not found", "upgrades")),
            ["judge", ..] => Answer(0, "", ""),
            ["serve", ..] => Answer(255, command.Input.StartsWith("SSH-2.0-", StringComparison.Ordinal) ? "SSH-2.0-OpenSSH_9.2\r\nzlib,none" : "", "closed"),
            _ => throw new InvalidOperationException($"the host in memory has no {string.Join(' ', words)}"),
        };
    }

    Result<IDisposable?> ITransactionFiles.TryLock()
    {
        if (_locked)
        {
            return Result<IDisposable?>.Ok(null);
        }

        _locked = true;
        return new Held(this);
    }

    Result<IReadOnlyList<string>> ITransactionFiles.List() => Result<IReadOnlyList<string>>.Ok([.. _journals.Keys]);

    Result<Done> ITransactionFiles.Create(string id, string plan)
    {
        Do("create", () =>
        {
            _plans[id] = plan;
            _journals[id] = [];
        });
        return default(Done);
    }

    Result<Done> ITransactionFiles.Append(string id, string line)
    {
        if (DiskIsFull)
        {
            return new Problem("cannot write the journal of the transaction: No space left on device", id);
        }

        Do("journal", () => _journals[id].Add(line));
        return default(Done);
    }

    Result<string> ITransactionFiles.ReadPlan(string id) => _plans[id];

    Result<IReadOnlyList<string>> ITransactionFiles.ReadJournal(string id) => Result<IReadOnlyList<string>>.Ok([.. _journals[id]]);

    void ITransactionFiles.ReleaseReserve(string id) => DiskIsFull = false;

    Task<Result<Done>> IRevertWatch.ArmAsync(string id, CancellationToken cancel)
    {
        Do("arm", () => Armed.Add(id));
        return Task.FromResult<Result<Done>>(default(Done));
    }

    Task<Result<Done>> IRevertWatch.DisarmAsync(string id, CancellationToken cancel)
    {
        Do("disarm", () => Armed.Remove(id));
        return Task.FromResult<Result<Done>>(default(Done));
    }

    private void WithoutLine(string path, string name) =>
        Files[path] = Files[path] with { Content = Blob.FromText(string.Concat(Files[path].Content.ToText().Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(line => !line.StartsWith(name + ":", StringComparison.Ordinal)).Select(static line => line + "\n"))) };

    private IEnumerable<string> Brought(string package) => Bringing.Where(one => one.Key == package && !Packages.Contains(one.Value)).Select(static one => one.Value);

    private Task<Result<CommandOutput>> Apt(string[] words, bool downloadOnly) => words switch
    {
        ["dpkg"] when HalfThere.Count > 0 => Answer(1, "", "a package is in a very bad inconsistent state"),
        ["dpkg"] => Answer(0, "", ""),
        ["dpkg", .. var all] => Changing($"dpkg {all[0]}", () =>
        {
            // The helper's notes of the links that it made are lost: those stay.
            HalfThere.ExceptWith(all);
            foreach (string unit in Starting.Where(one => all.Contains(one.Key) && Units.ContainsKey(one.Value)).Select(static one => one.Value).ToArray())
            {
                Units[unit] = (Units[unit].Boot == "enabled" ? "enabled" : "", Units[unit].Running);
            }
        }),
        ["apt-get", "remove" or "purge", ..] when HalfThere.Count > 0 => Answer(100, "", "a package needs to be reinstalled"),
        ["apt-get", "update"] when HasMirror => Changing("update", Unreachable.Clear),
        ["apt-get", "update"] => Answer(100, "", "no mirror"),
        ["apt-get", "install", var far] when Unreachable.Contains(far) => Answer(100, "", "no mirror"),
        ["apt-get", "install", var wanted] when downloadOnly => Answer(
            0, $"Reading package lists...\nThe following NEW packages will be installed:\n  {string.Join("\n  ", Brought(wanted).Append(wanted))}\n0 upgraded, 2 newly installed\n", ""),
        ["apt-get", "install", var package] => Install(package),
        ["apt-get", "simulate", "purge" or "remove", .. var all] => Answer(0, string.Join('\n', all.Concat(Needing.Where(one => all.Contains(one.Value)).Select(static one => one.Key)).Select(static one => $"Purg {one} [1.0]")), ""),
        ["apt-get", "remove" or "purge", .. var all] => Changing($"{words[1]} {all[0]}", () =>
        {
            // What still runs goes on, though there is no unit any more.
            foreach (string unit in Starting.Where(one => all.Contains(one.Key) && Units.ContainsKey(one.Value)).Select(static one => one.Value).ToArray())
            {
                Units[unit] = ("", Units[unit].Running);
            }

            Packages.ExceptWith(all);
            Packages.ExceptWith(Needing.Where(one => all.Contains(one.Value)).Select(static one => one.Key));
        }),
        _ => throw new InvalidOperationException($"the apt in memory has no {string.Join(' ', words)}"),
    };

    // apt says what it will do, then dpkg does it, one package after the other.
    private Task<Result<CommandOutput>> Install(string package)
    {
        if (Packages.Contains(package))
        {
            return Answer(0, "", "");
        }

        string[] brought = [.. Brought(package)];
        string line = $"Install: {string.Join(", ", brought.Select(static one => $"{one}:amd64 (1.0, automatic)").Append($"{package}:amd64 (1.0)"))}\n";
        Do("history", () => Files[AptHistory.Path] = new FileImage(Blob.FromText(Files.GetValueOrDefault(AptHistory.Path)?.Content.ToText() + line), UnixFileMode.UserRead, 0, 0));
        foreach (string one in brought)
        {
            Do($"install {one}", () => Packages.Add(one));
        }

        return Changing($"install {package}", () =>
        {
            Packages.Add(package);
            foreach (string unit in Starting.Where(one => one.Key == package).Select(static one => one.Value))
            {
                Units[unit] = ("enabled", true);
            }
        });
    }

    private static Task<Result<CommandOutput>> Answer(int code, string output, string error) =>
        Task.FromResult<Result<CommandOutput>>(new CommandOutput(code, output, error));

    private Task<Result<CommandOutput>> Changing(string what, Action change)
    {
        Do(what, change);
        return Answer(0, "", "");
    }

    private void Do(string what, Action change)
    {
        _operations++;
        bool dies = _operations == KillAt;
        if (!dies || KillAfter)
        {
            change();
            Log.Add(what);
        }

        if (dies)
        {
            throw new KilledException();
        }
    }

    private void Set(string name, string value, string without)
    {
        Switches[name] = value;
        if (value == without)
        {
            Switches.Remove(name);
        }
    }

    private string Show(string unit) => Units.TryGetValue(unit, out (string Boot, bool Running) state)
        ? $"LoadState={(state.Boot == "masked" ? "masked" : "loaded")}\nUnitFileState={state.Boot}\nActiveState={(state.Running ? "active" : "inactive")}\n{(unit.EndsWith(".socket", StringComparison.Ordinal) ? $"Triggers={ServiceOf(unit)}\n" : "")}"
        : "LoadState=not-found\nUnitFileState=\nActiveState=inactive\n";

    private static string ServiceOf(string socket) => socket.Replace(".socket", ".service", StringComparison.Ordinal);

    private void Systemctl(string verb, string unit)
    {
        // One that was not there has come with its file.
        (string Boot, bool Running) state = Units.TryGetValue(unit, out (string Boot, bool Running) there) ? there : ("disabled", false);
        Units[unit] = verb switch
        {
            "enable" => ("enabled", state.Running),
            "disable" => ("disabled", state.Running),
            "mask" => ("masked", state.Running),

            // systemd remembers by the links that it leaves in place.
            "unmask" => (_enabledBelowMask.Contains(unit) ? "enabled" : "disabled", state.Running),
            "start" => Started(unit, state.Boot),
            "stop" => (state.Boot, false),
            _ => throw new InvalidOperationException(verb),
        };
        if (verb == "mask" && state.Boot == "enabled")
        {
            _enabledBelowMask.Add(unit);
        }
    }

    private (string Boot, bool Running) Started(string unit, string boot)
    {
        Failed.Remove(unit);
        return (boot, true);
    }

    private readonly HashSet<string> _enabledBelowMask = [];

    private string Listing() => $"table inet virtward {{\n{string.Join("\n", Table!.Values)}}}\n";

    // As much of nft's language as the scripts of a transaction and of these tests use.
    private void Load(string script)
    {
        string[] lines = script.Split('\n');
        for (int i = 0; i < lines.Length; i++)
        {
            string[] words = lines[i].Trim().Split(' ', StringSplitOptions.RemoveEmptyEntries);
            switch (words)
            {
                case []:
                case ["flush", "chain", ..]:
                    break;
                case ["add", "table", ..]:
                    Table ??= new(StringComparer.Ordinal);
                    break;
                case ["delete", "table", ..]:
                    Table = null;
                    break;
                case ["delete", _, "inet", "virtward", var name]:
                    Table!.Remove(name);
                    break;
                case ["destroy", _, "inet", "virtward", var name]:
                    Table?.Remove(name);
                    break;
                case ["table", "inet", "virtward", "{"]:
                    Table ??= new(StringComparer.Ordinal);
                    int end = Array.IndexOf(lines, "}", i);
                    for (i++; i < end; i++)
                    {
                        if (lines[i].StartsWith("\tchain ", StringComparison.Ordinal))
                        {
                            int last = Array.IndexOf(lines, "\t}", i);
                            Table[lines[i].Trim().Split(' ')[1]] = string.Join("\n", lines[i..(last + 1)]) + "\n";
                            i = last;
                        }
                    }

                    break;
                default:
                    throw new InvalidOperationException($"the nft in memory does not know '{lines[i]}'");
            }
        }
    }

    private sealed class Held(MemoryHost host) : IDisposable
    {
        public void Dispose() => host._locked = false;
    }
}
