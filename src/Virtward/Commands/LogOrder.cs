using Virtward.Core.Host;
using Virtward.Core.Results;
using Virtward.Core.Time;
using Virtward.Guard.Filters.Headers;
using Virtward.Guard.Sources;

namespace Virtward.Commands;

/// <summary>
/// Puts the logs of a replay into the order of their first stamps: <c>auth.log*</c> names the newest first, and a clock that ran
/// through it could not go back.
/// </summary>
public static class LogOrder
{
    /// <summary>Sorts; a log without a stamp, and stdin, stays behind the one that was named before it.</summary>
    public static Result<IReadOnlyList<OrderedLog>> Sort(ILogFiles files, IReadOnlyList<string> paths, TimeZoneInfo zone, UnixTime now)
    {
        var logs = new List<OrderedLog>();
        foreach (string path in paths)
        {
            UnixTime ends = path != "-" && files.Stat(path).TryGet(out LogFileState? state, out _) && state is { } found ? found.Modified : now;
            if (path == "-")
            {
                logs.Add(new OrderedLog(path, UnixTime.None, ends));
                continue;
            }

            if (!files.OpenOnce(path).TryGet(out Stream? stream, out Problem? problem))
            {
                return problem;
            }

            using (stream)
            {
                var first = new FirstStamp(new StampClock(zone, ends));
                using var enough = new CancellationTokenSource();
                if (paths.Count > 1)
                {
                    _ = new ReplayReader(stream, path).Run(first, _ => enough.Cancel(), enough.Token);
                }

                logs.Add(new OrderedLog(path, first.Time, ends));
            }
        }

        UnixTime before = UnixTime.None;
        return logs.Select(log => (Log: log, Key: before = log.Begins.IsKnown ? log.Begins : before))
            .OrderBy(entry => entry.Key)
            .Select(entry => entry.Log)
            .ToList();
    }

    private sealed class FirstStamp(StampClock clock) : ILineSink
    {
        public UnixTime Time { get; private set; } = UnixTime.None;

        public void Accept(in LogLine line)
        {
            if (Time.IsKnown)
            {
                return;
            }

            HeaderReader.Read(line, out LogEntry entry);
            if (!entry.Stamp.IsEmpty)
            {
                Time = clock.TimeOf(entry.Stamp, UnixTime.None);
            }
        }
    }
}
