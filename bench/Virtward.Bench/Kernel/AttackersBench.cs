using System.Globalization;
using System.Text.Json;
using Virtward.Bench.Log;
using Virtward.Core.Net;
using Virtward.Linux.Commands;
using Virtward.Linux.Nftables;

namespace Virtward.Bench.Kernel;

/// <summary>
/// <c>attackers</c>: a tenth more distinct attackers than the guard remembers, each with one or two failures and so never banned: what it
/// holds, and whom it forgets. At the end the oldest and the newest with two failures fail once more: who is remembered is banned.
/// </summary>
internal static class AttackersBench
{
    private const int Attackers = 1_100_000;
    private const int Probes = 500;
    private const int MemoryBar = 250;

    public static int Run(BenchOptions options)
    {
        using var work = new WorkDirectory(options.Work);
        using NftablesFirewall firewall = NftablesFirewall.Open(new ProcessCommands()).Value;
        using var guard = new RunningGuard(options, work.Path, firewall);
        guard.WaitUntilIdle();
        using FileStream log = new(guard.Log, FileMode.Append, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        var lines = new FailureLines(log);
        foreach (int attacker in Enumerable.Range(0, Attackers))
        {
            lines.Write(Address(attacker), Failures(attacker));
        }

        lines.Flush();
        guard.WaitUntilIdle();
        (long tracked, long forgotten, _) = Read(guard);
        double resident = guard.Memory("VmRSS");
        double highest = guard.Memory("VmHWM");
        long oldest = Probe(guard, lines, Enumerable.Range(0, int.MaxValue));
        long newest = Probe(guard, lines, Enumerable.Range(0, Attackers).Reverse());

        var table = new Table($"attackers: {Attackers:N0}, one or two failures each, virtward guard run ({Machine.Describe()})", "what", "");
        table.Row("resident, MB", Text(resident));
        table.Row("highest resident, MB", Text(highest));
        table.Row("remembered", tracked.ToString("N0", CultureInfo.InvariantCulture));
        table.Row("forgotten, and counted", forgotten.ToString("N0", CultureInfo.InvariantCulture));
        table.Row($"of the {Probes} oldest, banned at their third failure", oldest.ToString(CultureInfo.InvariantCulture));
        table.Row($"of the {Probes} newest, banned at their third failure", newest.ToString(CultureInfo.InvariantCulture));
        table.Print();
        bool right = highest < MemoryBar && tracked + forgotten == Attackers && oldest == 0 && newest == Probes;
        if (!right)
        {
            Console.Error.WriteLine($"bench: the bars are {MemoryBar} MB, every attacker remembered or counted as forgotten, and the oldest forgotten first");
        }

        return right ? 0 : 1;
    }

    // One in seven has an IPv6 /64 of its own; the others are scattered over IPv4, so that no prefix has many of them.
    private static Address Address(int attacker) => attacker % 7 == 0
        ? new Address(0x2600_0000_0000_0000 | ((ulong)((uint)attacker * 2_654_435_761u) << 24), 1)
        : SampleBans.Target(attacker).First;

    private static int Failures(int attacker) => 1 + (attacker % 2);

    // How many of the first that have failed twice are banned when they fail once more.
    private static long Probe(RunningGuard guard, FailureLines lines, IEnumerable<int> attackers)
    {
        long before = Read(guard).Bans;
        foreach (int attacker in attackers.Where(attacker => Failures(attacker) == 2).Take(Probes))
        {
            lines.Write(Address(attacker), 1);
        }

        lines.Flush();
        guard.WaitUntilIdle();
        return Read(guard).Bans - before;
    }

    private static (long Tracked, long Forgotten, long Bans) Read(RunningGuard guard)
    {
        using JsonDocument status = guard.Status();
        JsonElement root = status.RootElement;
        return (root.GetProperty("tracked").GetInt64(), root.GetProperty("forgotten").GetInt64(),
            root.GetProperty("bans").GetProperty("inForce").GetInt64());
    }

    private static string Text(double megabytes) => megabytes.ToString("0.0", CultureInfo.InvariantCulture);
}
