using Virtward.Core.Policy;
using Virtward.Core.Results;
using Virtward.Core.Snapshots;
using Virtward.Exposure.Facts;
using Virtward.Hardening.Checks;
using Virtward.Hardening.Inventory;
using Virtward.Hardening.Machine;
using Virtward.Hardening.Plan;
using Virtward.Linux;
using Virtward.Linux.Commands;
using Virtward.Linux.Snapshots;

namespace Virtward.Commands;

/// <summary>Makes the plan of this host: its facts are gathered, the policy is read, and what is left to do is what differs.</summary>
public static class ClosingPlans
{
    private const int MaxPolicy = 1024 * 1024;

    /// <summary>The host and what is to be done to it.</summary>
    /// <param name="Facts">The host.</param>
    /// <param name="Policy">What it should be.</param>
    /// <param name="Plan">What differs.</param>
    public sealed record Made(AuditFacts Facts, HostPolicy Policy, ClosingPlan Plan);

    /// <summary>Makes it; null after what is wrong was told.</summary>
    public static async Task<Made?> MakeAsync(CommandHost host, string? policyPath, HostMachine machine, TimeSpan patience, CancellationToken cancel)
    {
        if (Text(host, policyPath) is not { } text || PolicyFile.Load(host, new HostTextFiles(), policyPath) is not { } policy)
        {
            return null;
        }

        AuditFacts facts = await GatherAsync(host, policy, PlanSources.For(policy), agents: false, patience, cancel);
        if (!(await Planner.MakeAsync(facts, policy, text, machine, cancel)).TryGet(out ClosingPlan? plan, out Problem? problem))
        {
            host.Fail(problem);
            return null;
        }

        return new Made(facts, policy, plan);
    }

    /// <summary>Reads this host as it is now, with all that checks look at.</summary>
    public static Task<AuditFacts> GatherAsync(CommandHost host, HostPolicy policy, TimeSpan patience, CancellationToken cancel) =>
        GatherAsync(host, policy, AuditSources.All, agents: true, patience, cancel);

    // Which addresses guests have by their agents is for the exposure to say: nothing that is planned hangs on it.
    private static async Task<AuditFacts> GatherAsync(CommandHost host, HostPolicy policy, SnapshotSources sources, bool agents, TimeSpan patience, CancellationToken cancel)
    {
        var snapshots = new HostSnapshots(new ProcessCommands { Patience = patience }, host.Clock);
        Snapshot gathered = await FactsSource.GatherAsync(host, snapshots, nftJson: false, sources, cancel, agents);
        var facts = HostFacts.Read(gathered);
        return new AuditFacts(facts, policy, AuditWords.ProfileOf(policy.Audit.Profile) ?? Profile.Isolated, facts.Meta.Taken ?? host.Clock.GetUtcNow());
    }

    /// <summary>The policy's text; null after it was told that there is none: nothing is closed by a policy that nobody wrote.</summary>
    public static string? Text(CommandHost host, string? policyPath)
    {
        string path = policyPath is null ? PolicyFile.Default : Path.GetFullPath(policyPath);
        var files = new HostTextFiles();
        if (!files.Exists(path))
        {
            host.Fail(new Problem("there is no policy to plan by", path, "run virtward init first"));
            return null;
        }

        if (files.ReadText(path, MaxPolicy).TryGet(out string? text, out Problem? problem))
        {
            return text;
        }

        host.Fail(problem);
        return null;
    }
}
