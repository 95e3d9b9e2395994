using Virtward.Control;
using Virtward.Core.Net;
using Virtward.Guard.Bans;

namespace Virtward.Output;

/// <summary>The bans in force as a person reads them.</summary>
public static class BansText
{
    /// <summary>Writes the table, and below it both halves of the number of addresses: shut out, and attackers.</summary>
    public static void Write(TextWriter to, BansDocument bans, DateTimeOffset now)
    {
        if (bans.Bans.Count == 0)
        {
            to.WriteLine("nobody is banned");
            return;
        }

        var table = new Columns("address", "jail", ">since", ">ends", ">packets", "why");
        int simulated = 0;
        var inForce = new List<(Prefix Target, int Members, BanOrigin Origin, double ShutOut)>();
        foreach (BanDocument ban in bans.Bans)
        {
            bool isPrefix = ban.Origin == "prefix";
            if (ban.Simulated)
            {
                simulated++;
            }
            else if (Prefix.TryParse(ban.Address, out Prefix target))
            {
                inForce.Add((target, ban.Members, isPrefix ? BanOrigin.Prefix : BanOrigin.Jail, (double)ban.Addresses));
            }

            table.Add(
                ban.Address,
                ban.Simulated ? $"{ban.Jail} (simulated)" : isPrefix ? $"{ban.Jail} (prefix)" : ban.Jail,
                Words.FromNow(ban.Since, now),
                Words.FromNow(ban.Until, now),
                Words.Number(ban.Packets),
                Words.Safe(ban.Reason));
        }

        table.Write(to);
        to.WriteLine();
        ShutOut total = Total(inForce);
        to.WriteLine($"{Words.Number(total.Bans)} in force, {Words.Number(total.Prefixes)} of them prefixes: "
            + Words.ShutOut(total.V4Addresses, total.V6Networks, total.Attackers)
            + (simulated > 0 ? $"; {Words.Number(simulated)} only simulated" : ""));
    }

    // As the status counts them: what lies inside a wider ban counts once.
    private static ShutOut Total(List<(Prefix Target, int Members, BanOrigin Origin, double ShutOut)> bans)
    {
        var counter = new ShutOutCounter();
        foreach ((Prefix target, int members, BanOrigin origin, double shutOut) in bans.OrderBy(ban => ban.Target))
        {
            counter.Add(target, members, origin, shutOut);
        }

        return counter.Total;
    }
}
