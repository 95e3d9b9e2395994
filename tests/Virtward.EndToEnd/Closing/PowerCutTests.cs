using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Virtward.EndToEnd.Insecure;
using Xunit;

namespace Virtward.EndToEnd.Closing;

/// <summary>
/// The power fails while the host is being closed: what comes up again is confirmed or as before, and the administrator gets in. <c>VIRTWARD_POWER_CUTS</c> says how often at a
/// random moment (2 if not given), <c>VIRTWARD_POWER_CUTS_AT_ONCE</c> how many boot beside each other (1), <c>VIRTWARD_POWER_CUTS_SEED</c> draws the moments.
/// </summary>
/// <remarks>
/// The host is closed once, and what its disk would hold after a loss of power is put by at each moment. In one boot of four the power fails once more, anywhere between the first
/// steps of the kernel and the end of taking back.
/// </remarks>
public sealed class PowerCutTests
{
    // Between two moments, on average. There are more of them than disks to keep: which ones stay is drawn.
    private static readonly TimeSpan Apart = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan ShortestBoot = TimeSpan.FromSeconds(40);
    private static readonly TimeSpan LongestBoot = TimeSpan.FromSeconds(400);

    [Fact]
    public void Whenever_the_power_fails_the_host_is_confirmed_or_as_it_was_and_lets_the_administrator_in()
    {
        CancellationToken stop = TestContext.Current.CancellationToken;
        int cuts = Number("VIRTWARD_POWER_CUTS", 2);
        int seed = Number("VIRTWARD_POWER_CUTS_SEED", Environment.TickCount & 0xffff);
        using var scene = new ClosingScene();
        scene.Told(ClosingScene.Init);
        string[] before = scene.Picture();
        InsecureHost.Say($"{cuts} cuts at random moments, seed {seed}");
        PowerCut[] tried = Close(scene, cuts, new Random(seed), stop);
        scene.Host.Dispose();

        var outcomes = new ConcurrentQueue<string>();
        var faults = new ConcurrentQueue<string>();
        Parallel.ForEach(Partitioner.Create(tried, EnumerablePartitionerOptions.NoBuffering), new ParallelOptions { MaxDegreeOfParallelism = Number("VIRTWARD_POWER_CUTS_AT_ONCE", 1), CancellationToken = stop }, cut =>
        {
            void Say(string what) => InsecureHost.Say($"power cut at {cut}: {what}");
            try
            {
                using var after = new ClosingScene(scene, cut.Disk, cut.Again, Say, stop);
                string outcome = Came_back(after, before, Say);
                Assert.True(outcome == "reverted" || cut != tried[0], "it had not been confirmed");
                Say($"as it should be: {outcome}");
                outcomes.Enqueue(outcome);
            }
            catch (Exception error) when (error is not OperationCanceledException)
            {
                Say($"FAULT: {error.Message}");
                faults.Enqueue($"{cut}: {error.Message}");
            }
        });

        InsecureHost.Say($"{tried.Length} power cuts, {tried.Count(static cut => cut.Again is not null)} of them twice: {string.Join(", ", outcomes.CountBy(static one => one).Select(static one => $"{one.Value} {one.Key}"))}, {faults.Count} faults");
        Assert.Empty(faults);
    }

    // Closes the host and confirms it, and puts by what a loss of power would leave: once while it waits for its confirmation, and at random moments.
    private static PowerCut[] Close(ClosingScene scene, int cuts, Random random, CancellationToken stop)
    {
        // Apart from this connection, and confirmed as a script on the machine may.
        scene.Told("systemd-run --quiet --collect --unit=closing -p StandardError=file:/run/closing.err bash -c 'virtward apply --yes --confirm-within 1200 --patience 2m >/dev/null && sleep 10 && virtward confirm >/dev/null'");
        scene.Told("timeout 1140 bash -c 'until grep -q Setting /var/lib/virtward/transactions/*/journal.ndjson 2>/dev/null; do sleep 0.2; done'");
        var watch = Stopwatch.StartNew();
        var waits = Task.Run(() => scene.Told("timeout 1140 bash -c 'until grep -q Waiting /var/lib/virtward/transactions/*/journal.ndjson; do sleep 0.2; done'"), stop);
        Task<string>? ends = null;
        PowerCut? waiting = null;
        var kept = new List<PowerCut>(cuts);
        for (int seen = 0; ends is not { IsCompleted: true };)
        {
            // The time between moments that know nothing of each other is distributed exponentially; of all that came, each is as likely to be kept (Vitter's algorithm R).
            TimeSpan pause = -Math.Log(1 - random.NextDouble()) * Apart;
            if (Task.WaitAny([ends ?? waits], pause) < 0)
            {
                int at = seen++ < cuts ? kept.Count : random.Next(seen);
                if (at < cuts)
                {
                    PowerCut cut = new(
                        string.Create(CultureInfo.InvariantCulture, $"{watch.Elapsed.TotalSeconds:0.0} s"),
                        scene.Lost(),
                        random.Next(4) == 0 ? ShortestBoot + (random.NextDouble() * (LongestBoot - ShortestBoot)) : null);
                    if (at == kept.Count)
                    {
                        kept.Add(cut);
                    }
                    else
                    {
                        kept[at].Disk.Dispose();
                        kept[at] = cut;
                    }
                }
            }
            else if (ends is null)
            {
                waits.GetAwaiter().GetResult();
                waiting = new PowerCut("waiting", scene.Lost(), null);
                ends = Task.Run(() => scene.Told("timeout 600 bash -c 'while systemctl -q is-active closing; do sleep 0.5; done'; virtward history"), stop);
            }
        }

        Assert.Contains("confirmed", ends.GetAwaiter().GetResult(), StringComparison.Ordinal);
        InsecureHost.Say($"closed and confirmed after {watch.Elapsed.TotalSeconds:0} s");
        return [waiting!, .. kept];
    }

    private static string Came_back(ClosingScene scene, string[] before, Action<string> say)
    {
        // The rest is taken back after libvirt is up.
        using JsonDocument history = JsonDocument.Parse(scene.Host.Must("systemctl is-system-running --wait >/dev/null; virtward history --json"));
        JsonElement transaction = Assert.Single(history.RootElement.GetProperty("transactions").EnumerateArray().ToArray());
        string status = transaction.GetProperty("status").GetString()!;
        say($"it says {status}");
        Assert.Contains(status, (string[])["confirmed", "reverted"]);
        Assert.True(scene.Ssh("true").Code == 0, "the administrator is locked out");
        bool open = ClosingScene.Connects(scene.Internet, "203.0.113.10", 5900);
        if (status == "confirmed")
        {
            Assert.False(open, "confirmed, and open");
            return status;
        }

        string difference = ClosingScene.Difference(before, scene.Picture());
        Assert.True(difference.Length == 0, $"not as before:\n{difference}");
        Assert.True(open, "as before, and closed");
        return status;
    }

    private static int Number(string variable, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : otherwise;
}
