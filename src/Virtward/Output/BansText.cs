using Virtward.Control;

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
        foreach (BanDocument ban in bans.Bans)
        {
            table.Add(
                ban.Address,
                ban.Simulated ? $"{ban.Jail} (simulated)" : ban.Origin == "prefix" ? $"{ban.Jail} (prefix)" : ban.Jail,
                Words.FromNow(ban.Since, now),
                Words.FromNow(ban.Until, now),
                Words.Number(ban.Packets),
                Words.Safe(ban.Reason));
        }

        table.Write(to);
        int prefixes = bans.Bans.Count(ban => ban.Origin == "prefix");
        double shutOut = bans.Bans.Where(ban => !ban.Address.Contains(':', StringComparison.Ordinal)).Sum(ban => ban.Addresses);
        to.WriteLine();
        to.WriteLine($"{Words.Count(bans.Bans.Count, "ban")}, {Words.Count(prefixes, "prefix")} of them: "
            + $"{Words.Number(shutOut)} IPv4 addresses shut out; {Words.Number(bans.Bans.Sum(ban => ban.Members))} attackers in all");
    }
}
