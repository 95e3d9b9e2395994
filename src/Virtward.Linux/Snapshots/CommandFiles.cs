using Virtward.Core.Host;
using Virtward.Core.Results;
using Virtward.Core.Snapshots;

namespace Virtward.Linux.Snapshots;

/// <summary>The files of a snapshot that programs print.</summary>
/// <param name="commands">Runs them.</param>
/// <param name="request">What is wanted.</param>
internal sealed class CommandFiles(ICommands commands, SnapshotRequest request)
{
    // As text in memory; sets of 100,000 elements print 3 MB.
    private const int MaxOutput = SnapshotCollector.MaxFile / 2;

    /// <summary>Runs them all at once, each with its own time limit.</summary>
    public Task GatherAsync(Gathering gathering, CancellationToken cancel)
    {
        return Task.WhenAll(Jobs());

        IEnumerable<Task> Jobs()
        {
            yield return RulesAsync();
            yield return Run(SnapshotNames.Iptables, false, "iptables-save");
            yield return Run(SnapshotNames.Ip6tables, false, "ip6tables-save");
            if (HasTables(gathering, SnapshotNames.IptablesLegacy, "/proc/net/ip_tables_names"))
            {
                yield return Run(SnapshotNames.IptablesLegacy, true, "iptables-legacy-save");
            }

            if (HasTables(gathering, SnapshotNames.Ip6tablesLegacy, "/proc/net/ip6_tables_names"))
            {
                yield return Run(SnapshotNames.Ip6tablesLegacy, true, "ip6tables-legacy-save");
            }

            // Asked while the kernel has no sets, ipset(8) would load the module for them.
            if (Directory.Exists("/sys/module/ip_set"))
            {
                yield return Run(SnapshotNames.Ipset, false, "ipset", "save");
            }

            yield return Run(SnapshotNames.Links, true, "ip", "-j", "-d", "link", "show");
            yield return Run(SnapshotNames.Addresses, true, "ip", "-j", "-d", "addr", "show");
            yield return Run(SnapshotNames.Routes, true, "ip", "-j", "-d", "-4", "route", "show", "table", "all");
            yield return Run(SnapshotNames.Routes6, true, "ip", "-j", "-d", "-6", "route", "show", "table", "all");
            yield return Run(SnapshotNames.NextHops, false, "ip", "-j", "-d", "nexthop", "show");
            yield return Run(SnapshotNames.Rules, true, "ip", "-j", "-d", "-4", "rule", "show");
            yield return Run(SnapshotNames.Rules6, true, "ip", "-j", "-d", "-6", "rule", "show");
            yield return Run(SnapshotNames.Neighbours, true, "ip", "-j", "neigh", "show");
            yield return Run(SnapshotNames.BridgeLinks, true, "bridge", "-j", "-d", "link", "show");
            yield return Run(SnapshotNames.BridgeVlans, true, "bridge", "-j", "vlan", "show");
            yield return Run(SnapshotNames.BridgeFdb, true, "bridge", "-j", "fdb", "show");
        }

        async Task RulesAsync()
        {
            await Run(SnapshotNames.NftText, true, "nft", "-a", "list", "ruleset").ConfigureAwait(false);

            // nft 1.0.6 crashes on some rules of iptables-nft when it writes text, and writes their JSON; of tproxy its text leaves out ports that stand in a map.
            string? text = gathering.Snapshot.Text(SnapshotNames.NftText);
            if (request.NftJson || (text is null && Environment.IsPrivilegedProcess) || text?.Contains(" tproxy ", StringComparison.Ordinal) == true)
            {
                await Run(SnapshotNames.NftJson, true, "nft", "-j", "list", "ruleset").ConfigureAwait(false);
            }
        }

        Task Run(string file, bool needed, string program, params ReadOnlySpan<string> arguments) => RunAsync(
            gathering, file, needed, Command.Of(program, arguments) with { TimeLimit = request.TimeLimit, MaxOutput = MaxOutput }, cancel);
    }

    private async Task RunAsync(Gathering gathering, string file, bool needed, Command command, CancellationToken cancel)
    {
        Result<CommandOutput> run = await commands.RunAsync(command, cancel).ConfigureAwait(false);
        if (!run.TryGet(out CommandOutput? output, out Problem? problem))
        {
            // A host without iptables is complete without it.
            bool notThere = problem.What == "program not found";
            if (needed || !notThere)
            {
                gathering.Lacks(file, notThere ? command.Program + Snapshot.NotInstalled : problem.ToString());
            }
        }
        else if (output.Succeeded)
        {
            gathering.Add(file, output.Output);
        }
        else if (needed || !Environment.IsPrivilegedProcess || file == SnapshotNames.Ipset)
        {
            gathering.Lacks(file, Reason(command, output));
        }
    }

    private static string Reason(Command command, CommandOutput output)
    {
        string said = (output.Error.Length > 0 ? output.Error : output.Output).Split('\n')[0].Trim();
        string root = Environment.IsPrivilegedProcess ? "" : "it needs root: ";
        return $"{root}{command.Program} ended with {output.ExitCode}{(said.Length > 0 ? $": {said[..Math.Min(said.Length, 200)]}" : "")}";
    }

    // The kernel's list of old tables; none where the module is not there.
    private static bool HasTables(Gathering gathering, string file, string names)
    {
        try
        {
            return File.Exists(names) && !string.IsNullOrWhiteSpace(File.ReadAllText(names));
        }
        catch (UnauthorizedAccessException)
        {
            gathering.Lacks(file, "it needs root to see whether old tables exist");
            return false;
        }
        catch (IOException)
        {
            return false;
        }
    }
}
