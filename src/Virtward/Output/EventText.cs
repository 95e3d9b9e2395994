using Virtward.Guard;
using Virtward.Guard.Bans;

namespace Virtward.Output;

/// <summary>The guard's events as a person reads them: one line each.</summary>
public static class EventText
{
    /// <summary>The line of one event.</summary>
    public static string Of(GuardEvent happened) => happened switch
    {
        GuardEvent.Banned e => $"{Words.Time(happened.Time)}  {(e.Ban.Origin == BanOrigin.Prefix ? "BAN PREFIX" : "ban       ")}  {e.Ban.Target,-18}  "
            + $"{e.Ban.Jail}: {Words.Safe(e.Ban.Reason)}; until {Words.Time(e.Ban.Until)}{(e.Ban.Simulated ? " (simulated)" : "")}",
        GuardEvent.Unbanned e => $"{Words.Time(happened.Time)}  unban       {e.Ban.Target,-18}  {e.Ban.Jail}: {EventJson.CauseWord(e.Cause)}",
        GuardEvent.Spared e => $"{Words.Time(happened.Time)}  spared      {e.Ban.Target,-18}  {e.Ban.Jail}: {Words.Safe(e.Ban.Reason)}, but it is on the never-ban list",
        GuardEvent.SiegeBegan e => $"{Words.Time(happened.Time)}  SIEGE       {Words.Safe(e.Reason)}; limits are tight until it is over",
        GuardEvent.SiegeEnded e => $"{Words.Time(happened.Time)}  siege over  after {Words.Span(e.Lasted)}",
        _ => throw new InvalidOperationException($"no text for {happened.GetType().Name}"),
    };
}
