using System.Text.Json.Nodes;
using Virtward.Core.Host;
using Virtward.Core.Policy;
using Virtward.Core.Snapshots;
using Virtward.Exposure.Facts;
using Virtward.Hardening.Inventory;
using Virtward.Hardening.Inventory.Hypervisor;
using Virtward.Hardening.Inventory.Unit;

namespace Virtward.Hardening.Tests.Support;

/// <summary>A host as a plan reads it: without what only an audit reads.</summary>
internal static class PlanRead
{
    // What an audit asks only when something else is known, and a plan never.
    private static readonly string[] Unasked = [SandboxSources.Prefix, "audit/image-", "audit/labels"];

    /// <summary>The same host, with less known of it.</summary>
    public static AuditFacts Of(AuditFacts facts) => new(HostFacts.Read(Of(facts.Snapshot, facts.Policy)), facts.Policy, facts.Profile, facts.Now);

    /// <summary>The snapshot without the outputs, modes and units' states that a plan does not ask for.</summary>
    public static Snapshot Of(Snapshot snapshot, HostPolicy policy)
    {
        SnapshotSources plan = PlanSources.For(policy);
        HashSet<string> asked = [.. plan.Commands.Select(static command => command.Name)];

        string[] gone = [.. AuditSources.All.Commands.Select(static command => command.Name).Where(name => !asked.Contains(name))
            .Concat(snapshot.Files.Keys.Where(static name => name != ImageQuestions.States && Unasked.Any(prefix => name.StartsWith(prefix, StringComparison.Ordinal))))];
        Snapshot less = snapshot with { Files = snapshot.Files.RemoveRange(gone) };
        if (less.Text(SnapshotNames.FileStates) is string states)
        {
            less = less.With(SnapshotNames.FileStates, FileStatesText.Write([.. FileStatesText.Read(states).Value.Where(static state => !state.Path.StartsWith("/proc/", StringComparison.Ordinal))]));
        }

        if (less.Text(UnitSources.UnitFiles) is not string files)
        {
            return less;
        }

        string[] words = [.. plan.Commands.Single(static command => command.Name == UnitSources.UnitFiles).Command.Arguments];
        string[] patterns = words[(Array.IndexOf(words, "--") + 1)..];
        JsonArray units = JsonNode.Parse(files)!.AsArray();
        return less.With(UnitSources.UnitFiles, new JsonArray([.. units.Where(unit => patterns.Any(pattern => Glob.Matches(pattern, (string)unit!["unit_file"]!))).Select(static unit => unit!.DeepClone())]).ToJsonString());
    }
}
