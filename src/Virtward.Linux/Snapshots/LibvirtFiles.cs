using Virtward.Core.Host;
using Virtward.Core.Results;
using Virtward.Core.Snapshots;
using Virtward.Linux.Files;

namespace Virtward.Linux.Snapshots;

/// <summary>
/// The guests and their networks, from the files that libvirt keeps: that needs no libvirtd, and starts none. Only guests' agents are asked
/// through virsh(1).
/// </summary>
/// <param name="commands">Runs virsh.</param>
/// <param name="request">What is wanted.</param>
/// <param name="root">The directory that files lie below.</param>
internal sealed class LibvirtFiles(ICommands commands, SnapshotRequest request, string root)
{
    private const int MaxFile = 4 * 1024 * 1024;
    private const int MaxFiles = 4000;
    private const int AgentsAtOnce = 4;

    /// <summary>Reads them; a host without libvirt has none.</summary>
    public async Task GatherAsync(Gathering gathering, CancellationToken cancel)
    {
        await Task.Yield();
        Xml(gathering, "etc/libvirt/qemu", SnapshotNames.Domains, "domain");
        List<string> running = Xml(gathering, "run/libvirt/qemu", SnapshotNames.RunningDomains, "domain");
        Xml(gathering, "etc/libvirt/qemu/networks", SnapshotNames.Networks, "network");
        Xml(gathering, "run/libvirt/network", SnapshotNames.ActiveNetworks, "network");
        foreach ((string name, string text) in Files(gathering, "var/lib/libvirt/dnsmasq", ".status"))
        {
            // An empty file is a network without leases.
            gathering.Add($"{SnapshotNames.Leases}{Snapshot.NamePart(name)}.json", string.IsNullOrWhiteSpace(text) ? "[]\n" : text);
        }

        // Another root's guests run elsewhere, if at all.
        if (request.Agents && running.Count > 0 && Path.GetFullPath(root) == "/")
        {
            await Parallel.ForEachAsync(
                running,
                new ParallelOptions { MaxDegreeOfParallelism = AgentsAtOnce, CancellationToken = cancel },
                async (guest, stop) => await AskAgentAsync(gathering, guest, stop).ConfigureAwait(false)).ConfigureAwait(false);
        }
    }

    private List<string> Xml(Gathering gathering, string directory, string prefix, string element)
    {
        List<string> names = [];
        foreach ((string name, string text) in Files(gathering, directory, ".xml"))
        {
            string file = $"{prefix}{Snapshot.NamePart(name)}.xml";
            if (SecretFreeXml.Of(text, element) is string clean)
            {
                names.Add(name);
                gathering.Add(file, clean);
            }
            else
            {
                gathering.Lacks(file, $"/{directory}/{name}.xml is no <{element}>");
            }
        }

        return names;
    }

    private List<(string Name, string Text)> Files(Gathering gathering, string directory, string ending)
    {
        List<(string, string)> files = [];
        using RootDirectory? tree = RootDirectory.Open(root);
        if (tree is null)
        {
            return files;
        }

        // A host without libvirt, or without anything that runs, has no such directory.
        IReadOnlyList<string> names = tree.Names($"/{directory}", MaxFiles, out bool denied);
        if (denied)
        {
            gathering.Lacks(SnapshotNames.Libvirt, $"it needs root to read /{directory}");
        }

        foreach (string name in names.Where(name => name.EndsWith(ending, StringComparison.Ordinal)))
        {
            if (tree.ReadText($"/{directory}/{name}", MaxFile, out string? why) is string text)
            {
                files.Add((name[..^ending.Length], text));
            }
            else if (why is not null)
            {
                gathering.Lacks(SnapshotNames.Libvirt, why);
            }
        }

        return files;
    }

    private async Task AskAgentAsync(Gathering gathering, string guest, CancellationToken cancel)
    {
        string file = $"{SnapshotNames.AgentAddresses}{Snapshot.NamePart(guest)}.txt";
        Command ask = Command.Of("virsh", "--quiet", "--connect", "qemu:///system", "domifaddr", "--source", "agent", $"--domain={guest}") with
        {
            TimeLimit = TimeSpan.FromSeconds(Math.Min(5, request.TimeLimit.TotalSeconds)),
            MaxOutput = MaxFile,
        };
        Result<CommandOutput> run = await commands.RunAsync(ask, cancel).ConfigureAwait(false);
        if (run.TryGet(out CommandOutput? output, out Problem? problem) && output.Succeeded)
        {
            gathering.Add(file, output.Output);
        }
        else
        {
            // Most guests have no agent: libvirt says so in a sentence.
            gathering.Lacks(file, problem is null ? output!.Error.Split('\n')[0].Trim() : problem.ToString());
        }
    }
}
