using Virtward.Control;

namespace Virtward.Output;

/// <summary>The status as a person reads it: one screen, what is wrong first.</summary>
public static class StatusText
{
    /// <summary>Writes it.</summary>
    public static void Write(TextWriter to, StatusDocument status, DateTimeOffset now)
    {
        to.WriteLine(status.Running
            ? $"Virtward {status.Version}, at work for {Words.FromNow(status.Since!, now).Replace(" ago", "", StringComparison.Ordinal)}, policy {status.Policy}"
            : $"Virtward {status.Version}: no daemon is at work; what follows is from the store");
        foreach (string warning in status.Warnings)
        {
            to.WriteLine($"! {Words.Safe(warning)}");
        }

        if (status.Pending is { } pending)
        {
            to.WriteLine($"! {Unconfirmed(pending)}");
        }

        if (status.Siege is { } siege)
        {
            to.WriteLine($"! siege since {Words.FromNow(siege.Since, now)}: {Words.Safe(siege.Reason)}; limits are tight until it is over");
        }

        if (status.Drift is { } drift && (drift.Problem is not null || drift.Changes.Count > 0))
        {
            to.WriteLine($"! {Drifted(drift, now)}");
        }

        to.WriteLine();
        BanTotals bans = status.Bans;
        to.WriteLine($"bans     {Words.Number(bans.InForce)} in force, {Words.Number(bans.Prefixes)} of them prefixes: "
            + Words.ShutOut(bans.AddressesShutOut, bans.SubnetsV6ShutOut, bans.Attackers));
        if (status.Enforcement is { } kernel)
        {
            to.WriteLine($"kernel   {(kernel.Healthy ? "holds them" : "does NOT hold them all")} ({kernel.Backend}); "
                + $"{Words.Count(kernel.Packets, "packet")}, {Words.Bytes(kernel.Bytes)} stopped; put back {Words.Count(kernel.Repairs, "time")}");
        }

        if (status.Drift is { Problem: null, Changes.Count: 0 } same)
        {
            to.WriteLine($"drift    none, looked {Words.FromNow(same.Looked, now)}");
        }

        if (!status.Running)
        {
            return;
        }

        to.WriteLine($"lines    {Words.Number(status.Lines)} read, {Words.Number(status.Matched)} matched; "
            + $"{Words.Count(status.Tracked, "attacker record")} kept{(status.Forgotten > 0 ? $", {Words.Number(status.Forgotten)} forgotten for want of room" : "")}");
        to.WriteLine();
        var jails = new Columns("jail", "filter", "mode", ">sightings", ">bans");
        foreach (JailDocument jail in status.Jails)
        {
            jails.Add(jail.Name, jail.Filter, jail.Mode, Words.Number(jail.Sightings), Words.Number(jail.Bans));
        }

        jails.Write(to);
        to.WriteLine();
        var sources = new Columns("source", "jails", "state");
        foreach (SourceDocument source in status.Sources)
        {
            sources.Add(source.Name, string.Join(", ", source.Jails), Words.Safe(source.State));
        }

        sources.Write(to);
    }

    private static string Unconfirmed(PendingDocument pending) => pending switch
    {
        { State: "waiting", SecondsLeft: long left } => $"a change waits for virtward confirm over a new connection, {Words.Number(left)} s are left: {Words.Safe(pending.Id)}",
        { State: "applying" } => $"a change is being applied: {Words.Safe(pending.Id)}",
        { State: "confirming" } => $"a change is being confirmed: {Words.Safe(pending.Id)}",
        _ => $"a change is being taken back: {Words.Safe(pending.Id)}; virtward history shows how far it is",
    };

    private static string Drifted(DriftDocument drift, DateTimeOffset now)
    {
        string changes = $"{Words.Count(drift.Changes.Count, "change")} since {drift.Since}: {Words.Safe(string.Join(", ", drift.Changes))}";
        return drift.Problem is null
            ? $"drift: {changes}; looked {Words.FromNow(drift.Looked, now)}, virtward plan shows them"
            : $"drift: could not be told {Words.FromNow(drift.Looked, now)}: {Words.Safe(drift.Problem)}{(drift.Changes.Count > 0 ? $"; before that {changes}" : "")}";
    }
}
