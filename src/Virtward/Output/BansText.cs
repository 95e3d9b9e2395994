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
        int prefixes = 0;
        double shutOut = 0;
        long attackers = 0;
        foreach (BanDocument ban in bans.Bans)
        {
            bool isPrefix = ban.Origin == "prefix";
            prefixes += isPrefix ? 1 : 0;
            shutOut += ban.Address.Contains(':', StringComparison.Ordinal) ? 0 : ban.Addresses;
            attackers += ban.Members;
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
        to.WriteLine($"{Words.Count(bans.Bans.Count, "ban")}, {Words.Count(prefixes, "prefix")} of them: "
            + $"{Words.Number(shutOut)} IPv4 addresses shut out; {Words.Number(attackers)} attackers in all");
    }
}
