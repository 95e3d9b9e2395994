using Virtward.Core.Results;
using Virtward.Hardening.Plan;
using Virtward.Hardening.Transaction;

namespace Virtward.Hardening.Tests.Transaction;

/// <summary>Whoever applies, confirms or takes back is killed, again and again, at every operation there is: it ends confirmed, or exactly as before.</summary>
public sealed class KilledTransactionTests
{
    private const int Lives = 1000;

    [Fact]
    public async Task Killed_anywhere_it_ends_confirmed_or_as_before()
    {
        var random = new Random(20261128);
        string before = Scene.Host().Picture();
        MemoryHost whole = Scene.Host();
        Assert.True((await Scene.ApplyAsync(whole)).IsOk);
        Assert.True((await Scene.Transactions(whole).ConfirmAsync(Scene.Ssh(whole.Uptime.TotalSeconds + 1), CancellationToken.None)).IsOk);
        string after = whole.Picture();
        int confirmed = 0;
        int untouched = 0;
        for (int life = 0; life < Lives; life++)
        {
            MemoryHost host = Scene.Host();
            KeyValuePair<string, string>[] settings = [.. host.Settings];

            // The first ones at every operation in turn, before it and after it; then anywhere, several times.
            host.KillAt = life < 2 * whole.Operations ? 1 + (life / 2) : random.Next(1, 2 * whole.Operations);
            host.KillAfter = life % 2 == 0;
            await TryAsync(async () =>
            {
                _ = await Scene.ApplyAsync(host);
                _ = await Scene.Transactions(host).ConfirmAsync(Scene.Ssh(host.Uptime.TotalSeconds + 1), CancellationToken.None);
            });
            bool rebooted = random.Next(4) == 0;
            for (int death = 0; death < random.Next(4); death++)
            {
                host.NextProcess();
                host.KillAt = host.Operations + random.Next(1, 40);
                host.KillAfter = random.Next(2) == 0;
                await TryAsync(() => WatchAsync(host, booting: false));
            }

            host.NextProcess();
            if (rebooted && Scene.Transactions(host).Pending().Value is not null)
            {
                host.Reboot($"boot-{life}", settings);
            }
            else
            {
                rebooted = false;
            }

            await WatchAsync(host, rebooted);
            await WatchAsync(host, booting: false);
            string end = host.Picture();
            Assert.True(end == before || end == after, $"life {life}, killed at {host.KillAt}: {string.Join('\n', LineDiff.Of(before, end))}");
            Assert.Empty(host.Armed);
            _ = end == after ? confirmed++ : untouched++;
        }

        Assert.True(confirmed > 10 && untouched > Lives / 2, $"{confirmed} confirmed, {untouched} as before");
    }

    // What the watch outside the killed process does.
    private static async Task WatchAsync(MemoryHost host, bool booting)
    {
        Transactions transactions = Scene.Transactions(host, booting);
        if (transactions.Pending().Value is { } pending)
        {
            Result<TransactionRecord> reverted = await transactions.RevertAsync(pending.Id, "whoever did it died", null, false, TimeSpan.Zero, CancellationToken.None);
            Assert.True(reverted.IsOk, reverted.Problem?.ToString());
        }

        foreach (string armed in host.Armed.ToArray())
        {
            Result<Done> tidied = await transactions.TidyAsync(armed, CancellationToken.None);
            Assert.True(tidied.IsOk, tidied.Problem?.ToString());
        }
    }

    private static async Task TryAsync(Func<Task> life)
    {
        try
        {
            await life();
        }
        catch (KilledException)
        {
            // As meant.
        }
    }
}
