using System.Reflection;
using Virtward.Commands;
using Virtward.Core.Host;
using Virtward.Core.Net;
using Virtward.Core.Policy;
using Virtward.Core.Results;
using Virtward.Core.Time;
using Virtward.Daemon;
using Virtward.Guard.Bans;
using Virtward.Guard.Jails;
using Virtward.Guard.Pipeline;
using Virtward.Guard.Sources;
using Virtward.Guard.Store;
using Virtward.Output;

namespace Virtward.Control;

/// <summary>The guard itself, asked in its own process: every question and change runs on the guard's thread.</summary>
/// <param name="guard">The guard.</param>
/// <param name="running">Whether it follows its logs; false for one that was started for a change only.</param>
/// <param name="state">Its state folder, where it is known what drift was found; null: nobody looks.</param>
public sealed class LiveControl(GuardHost guard, bool running, string? state = null) : IGuardControl
{
    /// <summary>The program's version.</summary>
    public static string Version =>
        typeof(LiveControl).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "unknown";

    // So many that a transaction for each costs nothing, and so few that the first of them is sent at once.
    private const int LinesAtOnce = 1000;

    private GuardPipeline Pipeline => guard.Pipeline;

    /// <inheritdoc/>
    public async Task<Result<StatusDocument>> StatusAsync(CancellationToken cancel)
    {
        Result<PacketCount> dropped = guard.Parts.Enforcer.ReadDropped();
        PacketCount stopped = dropped.IsOk ? dropped.Value : default;
        StatusDocument status = await Pipeline.AskAsync(_ => Describe(stopped)).WaitAsync(cancel);
        return state is null ? status : status with { Drift = DriftDocument.Of(DriftFile.Read(state)), Pending = PendingDocument.Of(state) };
    }

    /// <inheritdoc/>
    public async Task<Result<BansDocument>> BansAsync(bool evidence, CancellationToken cancel)
    {
        (List<Ban> bans, NeverBan never) = await Pipeline.AskAsync(_ => (Pipeline.Engine.Bans.All.ToList(), Pipeline.Engine.NeverBan)).WaitAsync(cancel);
        IReadOnlyDictionary<Prefix, PacketCount> counts = guard.Stopped.Counts(bans.Count);
        IEnumerable<Ban> newest = bans.OrderByDescending(ban => ban.Since);
        return new BansDocument(new BanDocumentCollection(bans.Count, Describe(evidence ? WithEvidence(newest) : newest, never, counts)));
    }

    /// <inheritdoc/>
    public async Task<Result<ChangeDocument>> BanAsync(BanRequest request, CancellationToken cancel)
    {
        if (!TryTarget(request.Target, out Prefix target, out Problem? wrong))
        {
            return wrong;
        }

        if (request.Seconds is < 1 or > int.MaxValue)
        {
            return new Problem("a ban lasts a second at least", request.Target);
        }

        Result<Ban> made = await Pipeline.AskAsync(events => Pipeline.Engine.BanByHand(
            target, TimeSpan.FromSeconds(request.Seconds), Printable(request.Reason), request.Force, BanOrigin.Manual, events)).WaitAsync(cancel);
        return made.TryGet(out Ban? ban, out Problem? problem)
            ? new ChangeDocument(
                true,
                $"{ban.Target} is banned until {Words.Time(ban.Until)}; it shuts out {Words.Count(ban.ShutsOut, "address")}",
                [ban.Target.ToString()])
            : problem;
    }

    /// <inheritdoc/>
    public async Task<Result<ChangeDocument>> UnbanAsync(TargetRequest request, CancellationToken cancel)
    {
        if (!TryTarget(request.Target, out Prefix target, out Problem? wrong))
        {
            return wrong;
        }

        UnbanOutcome outcome = await Pipeline.AskAsync(events => Pipeline.Engine.UnbanByHand(target, inside: true, events)).WaitAsync(cancel);
        string lifted = outcome.Lifted == 0 ? $"{target} is not banned" : $"{target}: {Words.Count(outcome.Lifted, "ban")} lifted";
        string still = outcome.StillOut.IsEmpty
            ? ""
            : $", but the ban of {outcome.StillOut[0].Target} still keeps it out (virtward unban {outcome.StillOut[0].Target}, or virtward allow {target})";
        return new ChangeDocument(outcome.Lifted > 0, lifted + still, [target.ToString()]);
    }

    /// <inheritdoc/>
    public async Task<Result<ChangeDocument>> AllowAsync(AllowRequest request, CancellationToken cancel)
    {
        if (!TryTarget(request.Target, out Prefix target, out Problem? wrong))
        {
            return wrong;
        }

        if (request.Seconds is < 0 or > int.MaxValue)
        {
            return new Problem("an entry lasts a second at least, or 0 for until it is taken back", request.Target);
        }

        if (target.Length == 0)
        {
            return new Problem("cannot allow everybody, or nobody could ever be banned", target.ToString(), "name the networks that are yours");
        }

        UnixTime now = UnixTime.Now(guard.Parts.Clock);
        UnixTime until = request.Seconds == 0 ? UnixTime.Never : now + TimeSpan.FromSeconds(request.Seconds);
        await Pipeline.AskAsync(_ =>
        {
            Pipeline.Allow(new Allowance(target, now, until, Printable(request.Comment)));
            return true;
        }).WaitAsync(cancel);
        return new ChangeDocument(
            true, $"{target} is never banned{(until == UnixTime.Never ? "" : $" until {Words.Time(until)}")}; its bans are lifted", [target.ToString()]);
    }

    /// <inheritdoc/>
    public async Task<Result<ChangeDocument>> DisallowAsync(TargetRequest request, CancellationToken cancel)
    {
        if (!TryTarget(request.Target, out Prefix target, out Problem? wrong))
        {
            return wrong;
        }

        bool was = await Pipeline.AskAsync(_ => Pipeline.Disallow(target)).WaitAsync(cancel);
        return new ChangeDocument(was, was ? $"{target} can be banned again" : $"{target} was not allowed by hand", [target.ToString()]);
    }

    /// <inheritdoc/>
    public async Task<Result<ChangeDocument>> FlushAsync(CancellationToken cancel)
    {
        List<string> lifted = await Pipeline.AskAsync(events =>
        {
            List<Prefix> targets = [.. Pipeline.Engine.Bans.All.Select(ban => ban.Target).Distinct()];
            foreach (Prefix target in targets)
            {
                Pipeline.Engine.UnbanByHand(target, inside: true, events);
            }

            return targets.ConvertAll(target => target.ToString());
        }).WaitAsync(cancel);
        Result<Done> removed = guard.Parts.Enforcer.Flush();
        return removed.IsOk
            ? new ChangeDocument(true, $"every ban is lifted ({Words.Number(lifted.Count)}), and the guard is out of the kernel", lifted)
            : removed.Problem;
    }

    private StatusDocument Describe(PacketCount stopped)
    {
        GuardEngine engine = Pipeline.Engine;
        var byJail = engine.Bans.All.CountBy(ban => ban.Jail, StringComparer.Ordinal).ToDictionary(StringComparer.Ordinal);
        IReadOnlyList<SourceCounts> counts = guard.SourceCounts;
        return new StatusDocument
        {
            Version = Version,
            Running = running,
            Since = running ? guard.Started.ToString() : null,
            Policy = guard.Plan.Policy.Origin,
            Sources =
            [
                .. guard.Plan.Sources.Select((source, i) => new SourceDocument(
                    source.Name,
                    i < counts.Count ? SourceState(counts[i]) : "not followed",
                    [.. source.Jails.Select(jail => guard.Plan.Policy.Guard.Jails[jail].Name)])),
            ],
            Jails =
            [
                .. guard.Plan.Policy.Guard.Jails.Select((jail, i) => new JailDocument(
                    jail.Name,
                    jail.Filter.Mode == "normal" ? jail.Filter.Name : $"{jail.Filter.Name}[mode={jail.Filter.Mode}]",
                    jail.Mode == JailMode.Simulate ? "simulate" : "enforce",
                    byJail.GetValueOrDefault(jail.Name),
                    Pipeline.FailuresOf(i))),
            ],
            Bans = BanTotals.Of(ShutOutCounter.Of(engine.Bans.All.Where(ban => !ban.Simulated), ban => ShutOutOf(ban, engine.NeverBan))),
            Siege = engine.Siege.IsActive ? new SiegeDocument(engine.Siege.Since.ToString(), engine.Siege.Reason) : null,
            Enforcement = new EnforcementDocument(
                Pipeline.EnforcementTrouble is null, guard.Parts.Backend, guard.Repairs, stopped.Packets, stopped.Bytes),
            Lines = Pipeline.Lines,
            Matched = Pipeline.Matched,
            Tracked = engine.Tracked,
            Forgotten = engine.Forgotten,
            Warnings = guard.Warnings,
        };
    }

    private static string SourceState(SourceCounts counts) =>
        (counts.IsWaiting ? "not there now, " : "") + $"{Words.Count(counts.Lines, "line")}"
        + (counts.Rotations > 0 ? $", rotated {Words.Count(counts.Rotations, "time")}" : "")
        + (counts.TooLong > 0 ? $", {Words.Count(counts.TooLong, "line")} too long" : "")
        + (counts.Gaps > 0 ? $", {Words.Count(counts.Gaps, "gap")}" : "");

    private static bool TryTarget(string text, out Prefix target, [System.Diagnostics.CodeAnalysis.NotNullWhen(false)] out Problem? problem)
    {
        problem = Prefix.TryParse(text, out target) ? null : new Problem("that is no address or prefix", Words.Safe(text));
        return problem is null;
    }

    // What is stored and shown later is one line of printable text.
    private static string Printable(string text) => Words.Safe(text.Length > 300 ? text[..300] : text);

    // The lines that decided are in the store only: they are read when their bans' turn comes, and left out where that cannot be.
    private IEnumerable<Ban> WithEvidence(IEnumerable<Ban> bans)
    {
        Result<IGuardStore> opened = guard.Parts.OpenForReading();
        using IGuardStore? store = opened.IsOk ? opened.Value : null;
        foreach (Ban[] some in bans.Chunk(LinesAtOnce))
        {
            IReadOnlyList<string?>? lines = store is not null && store.Evidence(some).TryGet(out IReadOnlyList<string?>? read, out _) ? read : null;
            for (int i = 0; i < some.Length; i++)
            {
                yield return lines?[i] is string line ? some[i] with { Evidence = line } : some[i];
            }
        }
    }

    private static IEnumerable<BanDocument> Describe(IEnumerable<Ban> bans, NeverBan never, IReadOnlyDictionary<Prefix, PacketCount> counts) => bans.Select(ban =>
    {
        PacketCount count = ban.Simulated ? default : counts.GetValueOrDefault(ban.Target);
        return BanDocument.Of(ban, ShutOutOf(ban, never), count.Packets, count.Bytes);
    });

    // As the list is now. Of a single attacker nothing that counts is spared, or the ban were not in force; and there may be 100,000 of them.
    private static double ShutOutOf(Ban ban, NeverBan never) =>
        ban.Origin == BanOrigin.Jail || ban.Target.Count == 1 ? ban.Target.Count : never.CountShutOut(ban);
}
