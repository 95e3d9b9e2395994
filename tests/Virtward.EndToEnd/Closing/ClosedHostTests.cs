using System.Globalization;
using System.Text.Json;
using Virtward.EndToEnd.Insecure;
using Virtward.EndToEnd.Machine;
using Xunit;

namespace Virtward.EndToEnd.Closing;

/// <summary>
/// What a newcomer does on the insecure host of the isolation document: init, plan, apply, confirm; held against real packets from every zone, kept over a loss of power, and taken
/// back to what it was.
/// </summary>
public sealed class ClosedHostTests
{
    private const int Seconds = 1200;

    // What the Internet reached before.
    private static readonly (string Address, int Port)[] Doors = [("203.0.113.10", 22), ("2001:db8::10", 22), ("203.0.113.10", 5900), ("203.0.113.10", 53), ("2001:db8::10", 16509)];

    [Fact]
    public void Init_plan_apply_and_confirm_close_the_host_for_good_and_rollback_opens_it_as_it_was()
    {
        using var scene = new ClosingScene();
        Assert.All(Doors, door => Assert.True(ClosingScene.Connects(scene.Internet, door.Address, door.Port), $"{door} is closed to begin with"));
        scene.Told(ClosingScene.Init);
        InsecureHost.Say(scene.Host.Must("cat /etc/virtward/policy.yaml"));
        string[] before = scene.Picture();
        Ran plan = scene.Host.Run("virtward plan --patience 2m --detailed-exitcode");
        InsecureHost.Say(plan.Output + plan.Error);
        Assert.Equal(2, plan.Code);

        Ran applied = scene.Ssh(string.Create(CultureInfo.InvariantCulture, $"virtward apply --yes --confirm-within {Seconds} --patience 2m"));
        InsecureHost.Say(applied.Output + applied.Error);
        Assert.Equal(0, applied.Code);
        Closed(scene);
        Ran confirmed = scene.Ssh("virtward confirm");
        Assert.True(confirmed.Code == 0, confirmed.Error);

        Nothing_to_do(scene);
        Scan(scene);
        Findings(scene.Host);

        scene.CutPower();
        Closed(scene);
        Nothing_to_do(scene);
        Scan(scene);

        scene.Told("virtward rollback");

        // Guests take their consoles back where they were when they are started again, as after the change.
        scene.Told("for guest in $(virsh list --name); do virsh destroy $guest && virsh start $guest; done");
        string difference = ClosingScene.Difference(before, scene.Picture());
        Assert.True(difference.Length == 0, difference);
        Assert.All(Doors, door => Assert.True(ClosingScene.Connects(scene.Internet, door.Address, door.Port), $"{door} is still closed"));
    }

    private static void Closed(ClosingScene scene)
    {
        Assert.All(Doors, door => Assert.False(ClosingScene.Connects(scene.Internet, door.Address, door.Port), $"the Internet reaches {door}"));
        Assert.True(ClosingScene.Connects(scene.Management, "192.168.1.100", 22), "management cannot reach sshd");
        Assert.NotEqual(0, scene.Host.Run("ip netns exec guest timeout 20 bash -c '</dev/tcp/192.168.122.1/22'").Code);
        Assert.NotEqual(0, scene.Host.Run("ip netns exec guest timeout 20 bash -c '</dev/tcp/192.168.1.10/22'").Code);
    }

    private static void Nothing_to_do(ClosingScene scene)
    {
        using JsonDocument again = JsonDocument.Parse(scene.Host.Must("virtward plan --patience 2m --json"));
        Assert.Empty(again.RootElement.GetProperty("changes").EnumerateArray().Select(static one => one.GetProperty("id").GetString()));
    }

    private static void Scan(ClosingScene scene)
    {
        string exposure = Path.Combine(Path.GetTempPath(), $"virtward-exposure-{Guid.NewGuid():N}.json");
        File.WriteAllText(exposure, scene.Host.Must("virtward exposure --json | tee /run/exposure.json"));
        try
        {
            Assert.Equal(0, Agreement.Scan(scene.Program, exposure, "internet", scene.Internet, "203.0.113.10", "2001:db8::10", "192.168.1.100"));
            Assert.NotEqual(0, Agreement.Scan(scene.Program, exposure, "management", scene.Management, "192.168.1.100", "fd00:1::100", "203.0.113.10"));
            Agreement.Scan(scene.Program, exposure, "vpn", scene.Vpn, "10.8.0.1", "192.168.1.100");
            foreach (string target in (ReadOnlySpan<string>)["192.168.122.1", "192.168.1.100", "203.0.113.10"])
            {
                Agreement.Of($"guest to {target}", scene.Host.Run($"ip netns exec guest virtward exposure probe {target} --expect /run/exposure.json --zone guests --patience 10s --json"));
            }
        }
        finally
        {
            File.Delete(exposure);
        }
    }

    // What is left is written down: nothing of it may be a door.
    private static void Findings(VirtualHost host)
    {
        using JsonDocument audit = JsonDocument.Parse(host.Run("virtward audit --patience 2m --json").Output);
        string[] left = [.. audit.RootElement.GetProperty("findings").EnumerateArray().Select(static one => $"{one.GetProperty("id").GetString()} {one.GetProperty("severity").GetString()}").Distinct()];
        InsecureHost.Say($"score {audit.RootElement.GetProperty("score").GetProperty("percent")}; still found: {string.Join(", ", left)}");
        string[] doors =
        [
            "EXP-01", "EXP-02", "EXP-03", "EXP-04", "EXP-05", "EXP-08", "EXP-09", "EXP-13", "EXP-15", "FW-02", "FW-03", "FW-05", "FW-09", "FW-15", "SSH-01", "SSH-03", "SSH-13", "LV-01", "NET-02", "UPD-01",
            "MAC-04", "V6-01",
        ];
        Assert.Empty(left.Select(static one => one.Split(' ')[0]).Intersect(doors));
    }
}
