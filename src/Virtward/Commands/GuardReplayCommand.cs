using System.Collections.Immutable;
using System.CommandLine;
using Virtward.Core.Policy;
using Virtward.Core.Results;
using Virtward.Core.Time;
using Virtward.Guard.Filters;
using Virtward.Guard.Filters.Headers;
using Virtward.Guard.Jails;
using Virtward.Guard.Pipeline;
using Virtward.Guard.Sources;
using Virtward.Linux;
using Virtward.Linux.Files;
using Virtward.Output;
using Command = System.CommandLine.Command;

namespace Virtward.Commands;

/// <summary><c>virtward guard replay</c>: what would have been banned, on the log's own clock.</summary>
public static class GuardReplayCommand
{
    // A replay comes out the same each time.
    private const ulong Seed = 0x5649_5254;

    /// <summary>The command.</summary>
    public static Command Create(CommandHost host)
    {
        Argument<string[]> logs = new("LOG") { Description = "Log files, plain or gzip, in any order; - for stdin.", Arity = ArgumentArity.OneOrMore };
        Option<string?> policy = CommandOptions.Policy();
        Option<FilterReference?> filter = CommandOptions.Filter();
        Option<bool> json = CommandOptions.Json();
        Option<bool> sightings = new("--sightings") { Description = "Print every line that was understood, too." };
        Option<DateTimeOffset?> until = CommandOptions.Time("--until", "Leave out what happened later, and let the clock run up to it.");
        var command = new Command("replay", "Tells what would have been banned in a finished log; nothing is enforced or stored.")
        {
            logs, policy, filter, json, sightings, until,
        };
        command.SetAction((parsed, cancel) => Task.FromResult(Run(
            host,
            parsed.GetValue(logs)!,
            parsed.GetValue(policy),
            parsed.GetValue(filter),
            parsed.GetValue(until) is { } time ? UnixTime.From(time) : UnixTime.Never,
            new ReplayOutput(host, parsed.GetValue(json), parsed.GetValue(sightings)),
            cancel)));
        return command;
    }

    private static int Run(
        CommandHost host, string[] logs, string? policyPath, FilterReference? filter, UnixTime until, ReplayOutput output, CancellationToken cancel)
    {
        using ReplayOutput owned = output;
        var texts = new HostTextFiles();
        var files = new LinuxLogFiles();
        if (PolicyFile.Load(host, texts, policyPath) is not { } policy)
        {
            return ExitCode.Failed;
        }

        if (filter is not null)
        {
            policy = PolicyFile.With(policy, filter);
        }

        var loader = new FilterLoader(texts, TimeZoneInfo.Local, host.Clock);
        ImmutableArray<LoadedFilter?> loaded = new GuardPlanner(loader, files).LoadFilters(policy, out ImmutableArray<Problem> problems);
        if (!problems.IsEmpty)
        {
            return host.Fail(problems);
        }

        UnixTime now = UnixTime.Now(host.Clock);
        if (!LogOrder.Sort(files, logs, TimeZoneInfo.Local, now).TryGet(out IReadOnlyList<OrderedLog>? ordered, out Problem? unreadable))
        {
            return host.Fail(unreadable);
        }

        var stamps = new StampClock(TimeZoneInfo.Local, ordered[^1].Ends);
        SourceFilters source = SourceFilters.Start(loaded, Enumerable.Range(0, loaded.Length), stamps, problem => host.Fail(problem));
        NeverBanList neverBan = new(policy);
        var engine = new GuardEngine(policy.Guard, neverBan.Build(), Seed);
        var replay = new Replay(engine, source.Filters, source.JailOf, new LogClock(now), stamps, until, output);

        long began = host.Clock.GetTimestamp();
        var progress = new Progress(host.Error, host.ErrorIsTerminal, host.Clock);
        long tooLong = 0;
        foreach (OrderedLog log in ordered)
        {
            if (!files.OpenOnce(log.Path).TryGet(out Stream? stream, out unreadable))
            {
                return host.Fail(unreadable);
            }

            Result<ReplayCounts> read;
            using (stream)
            {
                read = new ReplayReader(stream, log.Path).Run(
                    replay,
                    counts => progress.Show(() => $"{log.Path}: {Words.Number(counts.Lines)} lines, {Words.Count(output.Tally.Bans, "ban")}"),
                    cancel);
            }

            progress.Clear();
            if (!read.IsOk)
            {
                output.Flush();
                return host.Fail(read.Problem);
            }

            tooLong += read.Value.TooLong;
            cancel.ThrowIfCancellationRequested();
        }

        replay.Finish();
        output.Flush();
        WriteSummary(host, source.Filters, tooLong, replay, output.Tally, host.Clock.GetElapsedTime(began));
        return ExitCode.Ok;
    }

    private static void WriteSummary(CommandHost host, FilterSet filters, long tooLong, Replay replay, BanTally tally, TimeSpan took)
    {
        (double v4, double v6, long attackers) = tally.ShutOut();
        TextWriter to = host.Error;
        to.WriteLine($"{Words.Count(filters.Lines, "line")}, {Words.Number(filters.Matched)} matched, {Words.Count(replay.Sightings, "sighting")}"
            + $"{(replay.LeftOut > 0 ? $", {Words.Number(replay.LeftOut)} later ones left out" : "")}"
            + $"{(tooLong > 0 ? $", {Words.Number(tooLong)} skipped as too long" : "")}");
        to.WriteLine($"{Words.Count(tally.Bans, "ban")}, {Words.Count(tally.PrefixBans, "prefix ban")}: "
            + Words.ShutOut(v4, v6, attackers));
        to.WriteLine($"{took.TotalSeconds:0.00} s, {Words.Number(filters.Lines / Math.Max(took.TotalSeconds, 1e-6))} lines/s");
    }
}
