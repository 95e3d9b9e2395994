using System.Collections.Immutable;
using System.CommandLine;
using Virtward.Core.Host;
using Virtward.Core.Policy;
using Virtward.Core.Results;
using Virtward.Core.Time;
using Virtward.Guard.Filters;
using Virtward.Guard.Filters.Headers;
using Virtward.Guard.Pipeline;
using Virtward.Guard.Sources;
using Virtward.Linux;
using Virtward.Linux.Files;
using Virtward.Output;
using Command = System.CommandLine.Command;

namespace Virtward.Commands;

/// <summary><c>virtward guard test-filter</c>: what one filter makes of each line of a log.</summary>
public static class GuardTestFilterCommand
{
    /// <summary>The command.</summary>
    public static Command Create(CommandHost host)
    {
        Argument<FilterReference?> filter = CommandOptions.FilterArgument();
        Argument<string> log = new("LOG") { Description = "A log, plain or gzip; - for stdin." };
        Option<bool> json = CommandOptions.Json();
        var command = new Command("test-filter", "Tells what a filter makes of each line of a log: matches, misses, dangerous expressions.")
        {
            filter, log, json,
        };
        command.SetAction((parsed, cancel) => Task.FromResult(
            Run(host, parsed.GetValue(filter)!, parsed.GetValue(log)!, parsed.GetValue(json), cancel)));
        return command;
    }

    private static int Run(CommandHost host, FilterReference reference, string log, bool asJson, CancellationToken cancel)
    {
        var files = new LinuxLogFiles();
        Result<LoadedFilter> loaded = new FilterLoader(new HostTextFiles(), TimeZoneInfo.Local, host.Clock).Load(reference, out ImmutableArray<Problem> problems);
        if (!loaded.IsOk)
        {
            return host.Fail(problems);
        }

        if (!files.OpenOnce(log).TryGet(out Stream? stream, out Problem? unreadable))
        {
            return host.Fail(unreadable);
        }

        using (stream)
        {
            bool dated = files.Stat(log).TryGet(out LogFileState? state, out _) && state is not null;
            UnixTime ends = dated && log != "-" ? state!.Value.Modified : UnixTime.Now(host.Clock);
            SourceFilters source = SourceFilters.Start(
                [loaded.Value], [0], new StampClock(TimeZoneInfo.Local, ends), problem => host.Fail(problem));
            using var output = new FilterTestOutput(host, source.Filters, asJson);
            var progress = new Progress(host.Error, host.ErrorIsTerminal, host.Clock);
            Result<ReplayCounts> read = new ReplayReader(stream, log).Run(
                output, counts => progress.Show(() => $"{log}: {Words.Number(counts.Lines)} lines"), cancel);
            progress.Clear();
            output.Finish();
            if (!read.IsOk)
            {
                return host.Fail(read.Problem);
            }

            cancel.ThrowIfCancellationRequested();
            foreach (Problem warning in loaded.Value.Warnings)
            {
                host.Error.WriteLine($"warning: {warning}");
            }

            host.Error.WriteLine($"{Words.Count(source.Filters.Lines, "line")}, {Words.Number(output.Matched)} matched"
                + $"{(output.Understood > 0 ? $", {Words.Number(output.Understood)} understood and no failure" : "")}, "
                + $"{Words.Number(source.Filters.Lines - output.Matched - output.Understood)} missed"
                + $"{(read.Value.TooLong > 0 ? $", {Words.Number(read.Value.TooLong)} skipped as too long" : "")}");
            return output.Matched > 0 ? ExitCode.Ok : ExitCode.No;
        }
    }
}
