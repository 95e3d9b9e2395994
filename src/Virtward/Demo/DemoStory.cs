using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using Virtward.Core.Net;
using Virtward.Core.Results;
using Virtward.Linux.Namespaces;

namespace Virtward.Demo;

/// <summary>The acts: who attacks how, and what must be true afterwards.</summary>
public sealed class DemoStory(
    ImmutableArray<string> self, DemoNetwork network, SshClient ssh, DemoGuard guard, LatencyMeter meter, DropCounter counter, DemoTally tally, IDemoScreen screen)
{
    /// <summary>How long a connection may take before it counts as shut out; one that is let in needs a few milliseconds.</summary>
    private static readonly TimeSpan Knock = TimeSpan.FromMilliseconds(1500);

    /// <summary>After its ban an attacker goes on for this long, so that its packets can be seen to be dropped.</summary>
    private static readonly TimeSpan Encore = TimeSpan.FromMilliseconds(30);

    /// <summary>How long a ban may take before an attacker, and the proof, give up.</summary>
    private static readonly TimeSpan BanLimit = TimeSpan.FromSeconds(15);

    /// <summary>How often a single attacker comes back until it is shut out; on a machine that is not overloaded once is enough.</summary>
    private const int Visits = 3;

    private static readonly ImmutableArray<string> Accounts =
        ["admin", "oracle", "postgres", "ubuntu", "test", "git", "pi", "deploy", "backup", "ftp"];

    /// <summary>How many proofs held.</summary>
    public int Held { get; private set; }

    /// <summary>How many proofs failed.</summary>
    public int Failed { get; private set; }

    /// <summary>Plays it from the start to the end.</summary>
    public async Task PlayAsync(CancellationToken cancel)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        Task counting = CountAsync(end.Token);
        await ReachableAsync(cancel);
        await SinglesAsync(cancel);
        await BotnetAsync(cancel);
        await SlowAsync(cancel);
        await OutAndInAsync(cancel);
        await FlushAsync(cancel);
        await StopAsync(cancel);
        await end.CancelAsync();
        await counting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await CountOnceAsync(cancel);
    }

    private async Task ReachableAsync(CancellationToken cancel)
    {
        screen.Caption("0  Who reaches sshd", "virtward exposure computes it from the host's rules; real connections say whether it is so.");
        if (await ExposureAsync("before", cancel) is { } exposure)
        {
            bool[] came = await Task.WhenAll(Scenery.Neighbours.Select(address => TcpKnock.TryAsync(address, Scenery.HostFor(address), DemoSshd.Port, Knock, cancel)));
            int connected = came.Count(static one => one) + (await ssh.LogInAsync(Scenery.Admin, network.Management, cancel) ? 1 : 0);
            int all = Scenery.Neighbours.Length + 1;
            int open = exposure.Open([.. Scenery.Neighbours, Scenery.Admin]);
            Prove(open == all && connected == all, $"exposure lets {open} of {all} addresses in, the administrator's among them, and {connected} get a connection");
        }
    }

    // After the knocks and log-ins of this act: does the exposure say the same?
    private async Task StillReachableAsync(Address[] attackers, CancellationToken cancel)
    {
        if (await ExposureAsync("now", cancel) is { } exposure)
        {
            Address[] friends = [.. Scenery.Neighbours, Scenery.Admin];
            Address[] foes = [.. attackers, .. Scenery.Bystanders];
            // A ban ends some day, so of a banned address it says "by time", never "let in".
            int disagreements = exposure.Open(foes) + friends.Length - exposure.Open(friends);
            Prove(disagreements == 0, $"exposure agrees with every one of these {foes.Length + friends.Length} connections: {disagreements} disagreements");
        }
    }

    private async Task<DemoExposure?> ExposureAsync(string when, CancellationToken cancel)
    {
        Result<DemoExposure> asked = await DemoExposure.AskAsync(self, network, cancel);
        if (asked.TryGet(out DemoExposure? exposure, out Problem? problem))
        {
            screen.Event("exposure", $"{when}: {exposure.Words}");
            return exposure;
        }

        Prove(false, problem.ToString());
        return null;
    }

    private async Task SinglesAsync(CancellationToken cancel)
    {
        screen.Caption(
            "1  Single attackers",
            $"{Scenery.Singles.Length} addresses, each in a subnet of its own, try three passwords for root. The third is one too many.");
        int measured = 0;
        await ForEachAsync(Scenery.Singles, 2, async attacker =>
        {
            Task<long> banned = guard.WhenBanned(attacker);
            using PacketStream stream = LatencyMeter.Send(attacker);
            for (int visit = 0; visit < Visits && !banned.IsCompleted; visit++)
            {
                await ssh.TryPasswordsAsync(attacker, "root", DemoPolicy.MaxRetry, AfterAsync(banned, cancel), cancel);
            }

            if (await WithinAsync(banned, BanLimit, cancel)
                && await meter.WhenShutOutAsync(stream, cancel) is { } shutOut
                && meter.SinceDue(attacker, await banned) is { } untilBan
                && meter.SinceDue(attacker, shutOut) is { } untilDrop)
            {
                tally.AddLatency(untilBan, untilDrop);
                Interlocked.Increment(ref measured);
            }
        }, cancel);
        int shut = Scenery.Singles.Count(guard.IsBanned);
        Prove(shut == Scenery.Singles.Length, $"{shut} of {Scenery.Singles.Length} single attackers are banned");
        Prove(
            measured == Scenery.Singles.Length,
            $"{measured} of them sent packets all the while; these stopped, counted from the log line: {tally.Figures().Dropped}");
    }

    private async Task BotnetAsync(CancellationToken cancel)
    {
        screen.Caption(
            "2  A botnet",
            $"{Scenery.Bots.Length} bots in {string.Join(", ", Scenery.BotSubnets)}. With three banned in a subnet, the subnet is the attacker.");
        await ForEachAsync(
            Scenery.Bots,
            16,
            bot => ssh.TryPasswordsAsync(bot, "root", DemoPolicy.MaxRetry, AfterAsync(guard.WhenBanned(bot), cancel), cancel),
            cancel);
        ImmutableArray<SubnetBan> bans = tally.Figures().SubnetBans;
        foreach (Prefix subnet in Scenery.BotSubnets)
        {
            bool banned = bans.Any(ban => ban.Subnet.Contains(subnet));
            Prove(banned, $"{subnet} is banned as one");
        }

        int shut = Scenery.Bots.Count(guard.IsBanned);
        int silent = Scenery.Bots.Count(bot => !meter.HasFailed(bot));
        Prove(
            shut == Scenery.Bots.Length,
            $"{shut} of {Scenery.Bots.Length} bots are shut out by that, {silent} of them before they could try a password");
    }

    private async Task SlowAsync(CancellationToken cancel)
    {
        screen.Caption(
            "3  Low and slow",
            $"{Scenery.Slow.Length} addresses from as many subnets try one password each: none of them breaks a limit, all together are a siege.");
        int turn = 0;
        await ForEachAsync(Scenery.Slow, 4, attacker =>
        {
            string account = Accounts[Interlocked.Increment(ref turn) % Accounts.Length];
            return ssh.TryPasswordsAsync(attacker, account, 1, AfterAsync(guard.WhenBanned(attacker), cancel), cancel);
        }, cancel);
        Prove(tally.Figures().Siege, "the guard has noticed the siege");

        // The last of them came long after it was noticed; for each of those one password was enough.
        Address[] last = [.. Scenery.Slow.TakeLast(10)];
        await Task.WhenAll(last.Select(attacker => WithinAsync(guard.WhenBanned(attacker), BanLimit, cancel)));
        int banned = last.Count(guard.IsBanned);
        Prove(banned == last.Length, $"{banned} of the last {last.Length} were banned for a single failure");
    }

    private async Task OutAndInAsync(CancellationToken cancel)
    {
        screen.Caption("4  Who is out, who is in", "Every banned attacker knocks again; then neighbours and the administrator log in with a key.");
        Address[] attackers = Attackers();
        long before = await CountOnceAsync(cancel);
        Prove(await AllOutAsync(attackers, cancel), $"{attackers.Length} attackers knocked on sshd's port, and none got a connection");
        long dropped = await CountOnceAsync(cancel) - before;
        Prove(dropped >= attackers.Length, $"the kernel's counter saw their packets end: {dropped} dropped by our table");
        Prove(
            await AllOutAsync(Scenery.Bystanders, cancel),
            "an address of each banned subnet that never attacked is out as well: that is the price, and it is shown");
        foreach (Address neighbour in Scenery.Neighbours)
        {
            Prove(await ssh.LogInAsync(neighbour, null, cancel), $"neighbour {neighbour} logs in by ssh");
        }

        Prove(
            await ssh.LogInAsync(Scenery.Admin, network.Management, cancel),
            $"the administrator logs in by ssh from the management network, {Scenery.Admin}");
        await StillReachableAsync(attackers, cancel);
    }

    private async Task FlushAsync(CancellationToken cancel)
    {
        screen.Caption("5  Somebody flushes the firewall", "nft flush ruleset takes every rule away; two attackers send packets all the while.");
        long gap = 0;
        bool closed = true;
        int through = 0;
        PacketStream[] streams = [LatencyMeter.Send(Scenery.Singles[0]), LatencyMeter.Send(Scenery.Bots[0])];
        try
        {
            await Task.Delay(100, cancel);
            int[] early = [.. streams.Select(stream => meter.CameThrough(stream.From))];
            long flushed = Stopwatch.GetTimestamp();
            var flush = new ChildSpec(SystemTools.Find("nft")!, ["flush", "ruleset"]) { Network = network.Host };
            bool ran = (await ChildProcess.RunAsync(flush, TimeSpan.FromSeconds(5), cancel)).TryGet(out ChildOutcome? outcome, out _)
                && outcome.ExitCode == 0;
            closed &= ran;
            foreach ((PacketStream stream, int earlier) in streams.Zip(early))
            {
                long? shutOut = await meter.WhenShutOutAsync(stream, cancel);
                closed &= shutOut is not null;
                through += meter.CameThrough(stream.From) - earlier;
                gap = Math.Max(gap, (shutOut ?? flushed) - flushed);
            }
        }
        finally
        {
            Array.ForEach(streams, stream => stream.Dispose());
        }

        double milliseconds = Math.Max(0, gap) * 1000.0 / Stopwatch.Frequency;
        screen.Event("flush", string.Create(CultureInfo.InvariantCulture, $"{through} packets slipped through before the rules were back"));
        Prove(
            closed && milliseconds < 1000,
            string.Create(CultureInfo.InvariantCulture, $"the rules were back {milliseconds:0} ms after the flush began"));
        Address[] attackers = Attackers();
        Prove(await AllOutAsync(attackers, cancel), $"all {attackers.Length} attackers are still out");
        Prove(await ssh.LogInAsync(Scenery.Admin, network.Management, cancel), "the administrator still gets in");
    }

    private async Task StopAsync(CancellationToken cancel)
    {
        screen.Caption("6  The guard is stopped", "systemd would do it by SIGTERM. Bans are the kernel's business by then, and stay until they end.");
        Prove(await guard.StopAsync(), "the guard ended by itself, without an error");
        Address[] attackers = Attackers();
        Prove(await AllOutAsync(attackers, cancel), $"all {attackers.Length} attackers are out without it");
    }

    /// <summary>Everybody who attacked and is banned.</summary>
    private Address[] Attackers() => [.. Scenery.Singles, .. Scenery.Bots, .. Scenery.Slow.Where(guard.IsBanned)];

    private static async Task<bool> AllOutAsync(IReadOnlyCollection<Address> addresses, CancellationToken cancel)
    {
        bool[] came = await Task.WhenAll(addresses.Select(
            address => TcpKnock.TryAsync(address, Scenery.HostFor(address), DemoSshd.Port, Knock, cancel)));
        return !Array.Exists(came, connected => connected);
    }

    private void Prove(bool held, string text)
    {
        _ = held ? Held++ : Failed++;
        screen.Proof(held, text);
    }

    /// <summary>Reads the drop counter once a second, for the screen.</summary>
    private async Task CountAsync(CancellationToken cancel)
    {
        while (!cancel.IsCancellationRequested)
        {
            await CountOnceAsync(cancel);
            await Task.Delay(TimeSpan.FromSeconds(1), cancel);
        }
    }

    private async Task<long> CountOnceAsync(CancellationToken cancel)
    {
        if (await counter.ReadAsync(cancel) is { } packets)
        {
            tally.SetPackets(packets);
        }

        return tally.Figures().Packets;
    }

    private static Task ForEachAsync(ImmutableArray<Address> attackers, int atOnce, Func<Address, Task> attack, CancellationToken cancel) =>
        Parallel.ForEachAsync(
            attackers,
            new ParallelOptions { MaxDegreeOfParallelism = atOnce, CancellationToken = cancel },
            async (attacker, _) => await attack(attacker));

    private static async Task AfterAsync(Task<long> banned, CancellationToken cancel)
    {
        await banned.WaitAsync(cancel);
        await Task.Delay(Encore, cancel);
    }

    private static async Task<bool> WithinAsync(Task<long> banned, TimeSpan atMost, CancellationToken cancel)
    {
        await Task.WhenAny(banned, Task.Delay(atMost, cancel));
        return banned.IsCompleted;
    }
}
