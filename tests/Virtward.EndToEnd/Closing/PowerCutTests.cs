using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Virtward.EndToEnd.Insecure;
using Xunit;

namespace Virtward.EndToEnd.Closing;

/// <summary>
/// The power fails while the host is being closed: what comes up again is confirmed or as before, and the administrator gets in. <c>VIRTWARD_POWER_CUTS</c> says how often at a
/// random moment (2 if not given), <c>VIRTWARD_POWER_CUTS_SEED</c> repeats a run's moments.
/// </summary>
public sealed class PowerCutTests
{
    // After the last step it waits for a moment, and is then confirmed: some of the moments are to lie there, too.
    private static readonly TimeSpan Afterwards = TimeSpan.FromSeconds(20);

    [Fact]
    public void Whenever_the_power_fails_the_host_is_confirmed_or_as_it_was_and_lets_the_administrator_in()
    {
        using var scene = new ClosingScene();
        scene.Told(ClosingScene.Init);
        string[] before = scene.Picture();

        // Apart from this connection, so that it goes on by itself wherever the moment is gone on from; and confirmed as a script on the machine may.
        scene.Told("systemd-run --quiet --collect --unit=closing -p StandardError=file:/run/closing.err bash -c 'virtward apply --yes --confirm-within 1200 --patience 2m >/dev/null && sleep 10 && virtward confirm >/dev/null'");
        scene.Told("timeout 1140 bash -c 'until grep -q Setting /var/lib/virtward/transactions/*/journal.ndjson 2>/dev/null; do sleep 0.2; done'");
        scene.Host.Keep();
        var watch = Stopwatch.StartNew();

        int cuts = Number("VIRTWARD_POWER_CUTS", 2);
        int seed = Number("VIRTWARD_POWER_CUTS_SEED", Environment.TickCount & 0xffff);
        InsecureHost.Say($"{cuts} cuts at random moments, seed {seed}");
        var random = new Random(seed);

        // The first one waits for its confirmation when the power fails, whatever the machine's speed: that is taken back at boot.
        scene.Told("timeout 1140 bash -c 'until grep -q Waiting /var/lib/virtward/transactions/*/journal.ndjson; do sleep 0.2; done'");
        TimeSpan whole = watch.Elapsed + Afterwards;
        scene.CutPower();
        List<string> outcomes = [Came_back(scene, before, "waiting")];
        Assert.Equal("reverted", outcomes[0]);
        for (int cut = 1; cut <= cuts; cut++)
        {
            scene.GoBack();
            TimeSpan moment = random.NextDouble() * whole;

            // The moment itself is what is tried: nothing is waited for.
            Assert.False(TestContext.Current.CancellationToken.WaitHandle.WaitOne(moment), "the run was broken off");
            scene.CutPower();
            outcomes.Add(Came_back(scene, before, string.Create(CultureInfo.InvariantCulture, $"{moment.TotalSeconds:0.0} s")));
        }

        InsecureHost.Say($"{outcomes.Count} power cuts: {string.Join(", ", outcomes.CountBy(static one => one).Select(static one => $"{one.Value} {one.Key}"))}, 0 locked out");
    }

    private static string Came_back(ClosingScene scene, string[] before, string when)
    {
        // The rest is taken back after libvirt is up.
        using JsonDocument history = JsonDocument.Parse(scene.Host.Must("systemctl is-system-running --wait >/dev/null; virtward history --json"));
        JsonElement transaction = Assert.Single(history.RootElement.GetProperty("transactions").EnumerateArray().ToArray());
        string status = transaction.GetProperty("status").GetString()!;
        InsecureHost.Say($"power cut at {when}: {status}");
        Assert.Contains(status, (string[])["confirmed", "reverted"]);
        Assert.True(scene.Ssh("true").Code == 0, $"power cut at {when}: the administrator is locked out");
        bool open = ClosingScene.Connects(scene.Internet, "203.0.113.10", 5900);
        if (status == "confirmed")
        {
            Assert.False(open, $"power cut at {when}: confirmed, and open");
            return status;
        }

        string difference = ClosingScene.Difference(before, scene.Picture());
        Assert.True(difference.Length == 0, $"power cut at {when}: not as before:\n{difference}");
        Assert.True(open, $"power cut at {when}: as before, and closed");
        return status;
    }

    private static int Number(string variable, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : otherwise;
}
