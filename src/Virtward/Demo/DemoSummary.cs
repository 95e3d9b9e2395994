using System.Globalization;

namespace Virtward.Demo;

/// <summary>The words in which figures and proofs are told, on any screen.</summary>
public static class DemoSummary
{
    /// <summary>How a proof came out, as a sign and as a word.</summary>
    public static string Mark(bool held) => held ? "✓ held:  " : "✗ FAILED:";

    /// <summary>How many a subnet's ban shuts out: "256 addresses", "256 /64s".</summary>
    public static string ShutOut(SubnetBan ban) =>
        string.Create(CultureInfo.InvariantCulture, $"{ban.ShutOut:N0} {(ban.Subnet.IsV4 ? "addresses" : "/64s")}");

    /// <summary>The last words of the demo.</summary>
    public static IEnumerable<string> Lines(DemoFigures figures, int held, int failed, TimeSpan took)
    {
        double addresses = figures.SubnetBans.Where(ban => ban.Subnet.IsV4).Sum(ban => ban.ShutOut);
        double networks = figures.SubnetBans.Where(ban => !ban.Subnet.IsV4).Sum(ban => ban.ShutOut);
        int attacked = figures.SubnetBans.Sum(ban => ban.Attacked);
        yield return "";
        yield return "Summary";
        yield return Line("attempts", $"{figures.Attempts:N0} failed passwords from {figures.Attackers:N0} addresses, in a real sshd's log");
        yield return Line("bans", $"{figures.Bans:N0} single attackers, {figures.SubnetBans.Length:N0} subnets");
        yield return Line("subnets", $"shut out: {addresses:N0} IPv4 addresses and {networks:N0} IPv6 /64s; banned attackers among them: {attacked:N0}");
        yield return Line("dropped", $"{figures.Packets:N0} packets, as the kernel's counter has it");
        yield return Line("log line to ban", $"{figures.Banned} ({figures.Banned.Samples} attackers)");
        yield return Line("log line to drop", $"{figures.Dropped} ({figures.Dropped.Samples} attackers)");
        yield return Line("proofs", $"{held} held, {failed} failed, in {took.TotalSeconds:0.0} s");
    }

    private static string Line(string name, FormattableString text) =>
        $"  {name,-17} {text.ToString(CultureInfo.InvariantCulture)}";
}
