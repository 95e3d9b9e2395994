using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Virtward.Core.Snapshots;
using Virtward.Exposure.Facts;
using Virtward.Hardening.Changes;
using Virtward.Hardening.Inventory;
using Virtward.Hardening.Inventory.Kernel;
using Virtward.Hardening.Makers;

namespace Virtward.Hardening.Tests.Support;

/// <summary>A host after changes: their steps done on the texts that its facts are read from, as an apply with a confirmation does them on a machine.</summary>
internal static class Applied
{
    /// <summary>The facts afterwards, under the same policy.</summary>
    public static AuditFacts On(AuditFacts facts, MadeChanges made)
    {
        Snapshot snapshot = facts.Snapshot;

        // What programs said of their old configuration is of before.
        foreach (string answer in snapshot.Files.Keys.Where(static name => name.StartsWith("audit/sshd-T", StringComparison.Ordinal)))
        {
            snapshot = snapshot with { Files = snapshot.Files.Remove(answer) };
        }

        foreach (Step step in made.Changes.SelectMany(static change => change.Steps.Concat(change.Lasting)))
        {
            snapshot = step switch
            {
                FileStep { Content: null } file => snapshot with { Files = snapshot.Files.Remove(SnapshotNames.OfPath(file.Path)) },
                FileStep file => snapshot.With(SnapshotNames.OfPath(file.Path), file.Content!),
                FileModeStep mode => Mode(snapshot, mode),
                SysctlStep setting => Sysctl(snapshot, setting),
                UnitStep unit => Unit(snapshot, unit),
                PackageStep package => Package(snapshot, package),
                CommandStep command => command.Set.Aggregate(snapshot, static (before, words) => Run(before, [.. words])),
                _ => throw new InvalidOperationException($"{step} is not known here"),
            };
        }

        return new AuditFacts(HostFacts.Read(snapshot), facts.Policy, facts.Profile, facts.Now);
    }

    // The programs whose work a check can see; what the others do is not in a snapshot.
    private static Snapshot Run(Snapshot snapshot, string[] words) => words switch
    {
        ["chmod", string mode, string path] => Lines(snapshot, "audit/image-states.txt", line => line.EndsWith("\t" + path, StringComparison.Ordinal) ? $"{mode}{line[line.IndexOf(' ', StringComparison.Ordinal)..]}" : line),
        ["setsebool", "-P", .. string[] values] => values.Select(static value => value.Split('=')).Aggregate(snapshot, static (before, pair) =>
            Lines(before, "audit/selinux-booleans.txt", line => line.StartsWith(pair[0] + " ", StringComparison.Ordinal) ? $"{pair[0]} --> {pair[1]}" : line)),
        ["apparmor_parser", "--replace", string path] => Lines(snapshot, SnapshotNames.OfPath("/sys/kernel/security/apparmor/profiles"),
            line => line == $"{Path.GetExtension(path)[1..]} (complain)" ? line.Replace("complain", "enforce", StringComparison.Ordinal) : line),
        ["update-crypto-policies", "--set", string name] => snapshot.With(SnapshotNames.OfPath("/etc/crypto-policies/state/current"), name + "\n"),
        ["firewall-cmd", "--permanent", string zone, string remove] when remove.StartsWith("--remove-", StringComparison.Ordinal) && zone.StartsWith("--zone=", StringComparison.Ordinal) =>
            Lines(snapshot, SnapshotNames.OfPath($"/etc/firewalld/zones/{zone["--zone=".Length..]}.xml"), line => line.Replace($"<{remove["--remove-".Length..]}/>", "", StringComparison.Ordinal)),
        ["firewall-cmd", string zone, string remove] when remove is "--remove-forward" or "--remove-masquerade" =>
            InZone(snapshot, zone["--zone=".Length..], line => line.StartsWith($"  {remove["--remove-".Length..]}:", StringComparison.Ordinal) ? $"  {remove["--remove-".Length..]}: no" : line),
        _ => snapshot,
    };

    private static Snapshot Lines(Snapshot snapshot, string name, Func<string, string> each)
    {
        string before = snapshot.Text(name)!;
        string after = string.Join('\n', before.Split('\n').Select(each));
        Assert.NotEqual(before, after);
        return snapshot.With(name, after);
    }

    private static Snapshot InZone(Snapshot snapshot, string zone, Func<string, string> each)
    {
        bool inside = false;
        return Lines(snapshot, "audit/firewalld-zones.txt", line =>
        {
            inside = line.Length > 0 && line[0] != ' ' && line[0] != '\t' ? line.Split(' ')[0] == zone : inside;
            return inside ? each(line) : line;
        });
    }

    private static Snapshot Mode(Snapshot snapshot, FileModeStep step)
    {
        ImmutableArray<FileState> states = FileStatesText.Read(snapshot.Text(SnapshotNames.FileStates)!).Value;
        Assert.Contains(states, state => state.Path == step.Path);
        return snapshot.With(SnapshotNames.FileStates, FileStatesText.Write([.. states.Select(state => state.Path == step.Path ? state with { Mode = (int)step.Mode } : state)]));
    }

    private static Snapshot Sysctl(Snapshot snapshot, SysctlStep step)
    {
        string key = KernelFacts.NameOf(step.Path);
        string[] lines = [.. snapshot.Text(SnapshotNames.Sysctl)!.Split('\n', StringSplitOptions.RemoveEmptyEntries)];
        Assert.Contains(lines, line => line.StartsWith(key + " = ", StringComparison.Ordinal));

        // The kernel hands it on to every interface (inet_forward_change in net/ipv4/devinet.c).
        bool Takes(string line) => line.StartsWith(key + " = ", StringComparison.Ordinal)
            || (key == "net.ipv4.ip_forward" && line.StartsWith("net.ipv4.conf.", StringComparison.Ordinal) && line.Contains(".forwarding = ", StringComparison.Ordinal));
        return snapshot.With(SnapshotNames.Sysctl, string.Concat(lines.Select(line => (Takes(line) ? $"{line[..line.IndexOf(" = ", StringComparison.Ordinal)]} = {step.Value}" : line) + "\n")));
    }

    private static Snapshot Unit(Snapshot snapshot, UnitStep step)
    {
        JsonArray units = JsonNode.Parse(snapshot.Text("audit/units.json")!)!.AsArray();
        JsonArray files = JsonNode.Parse(snapshot.Text("audit/unit-files.json")!)!.AsArray();
        if (step.Running is bool running)
        {
            Put(units, "unit", step.Unit)["active"] = running ? "active" : "inactive";
        }

        if (step.Boot is UnitBoot boot)
        {
            Put(files, "unit_file", step.Unit)["state"] = boot switch { UnitBoot.Enabled => "enabled", UnitBoot.Disabled => "disabled", _ => "masked" };
        }

        ImmutableArray<Listener> listeners = snapshot.Text(SnapshotNames.Listeners) is string text ? ListenersText.Read(text).Value : [];
        return snapshot.With("audit/units.json", units.ToJsonString()).With("audit/unit-files.json", files.ToJsonString())
            .With(SnapshotNames.Listeners, ListenersText.Write([.. listeners.Where(one => step.Running != false || one.Unit != step.Unit)]));
    }

    private static JsonObject Put(JsonArray list, string key, string name)
    {
        JsonObject? known = list.OfType<JsonObject>().FirstOrDefault(one => (string?)one[key] == name);
        if (known is null)
        {
            known = new JsonObject { [key] = name, ["load"] = "loaded", ["active"] = "inactive", ["sub"] = "x", ["description"] = "", ["state"] = "disabled" };
            list.Add(known);
        }

        return known;
    }

    private static Snapshot Package(Snapshot snapshot, PackageStep step)
    {
        string name = snapshot.Text("audit/packages-rpm.txt") is null ? "audit/packages-dpkg.txt" : "audit/packages-rpm.txt";
        IEnumerable<string> lines = (snapshot.Text(name) ?? "").Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(line => line.Split('\t')[0] != step.Package);
        return snapshot.With(name, string.Concat((step.Installed ? lines.Append($"{step.Package}\t1.0\tamd64\tinstalled") : lines).Select(static line => line + "\n")));
    }
}
