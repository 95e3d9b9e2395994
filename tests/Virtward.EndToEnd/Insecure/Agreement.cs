using System.Diagnostics;
using System.Text.Json;
using Virtward.EndToEnd.Machine;
using Virtward.Host.Tests.Support;
using Xunit;

namespace Virtward.EndToEnd.Insecure;

/// <summary>Real packets from a zone against what <c>virtward exposure --json</c> said on the host.</summary>
public static class Agreement
{
    /// <summary>Scans addresses of the host from a zone, all at once, and hands back how many ports were found open.</summary>
    public static int Scan(string program, string exposure, string zone, NetworkNamespace from, params IReadOnlyList<string> targets)
    {
        Process[] probes = [.. targets.Select(target => from.Start(program, ["exposure", "probe", target, "--expect", exposure, "--zone", zone, "--patience", "10s", "--json"]))];
        int open = 0;
        foreach ((string target, Process probe) in targets.Zip(probes))
        {
            using (probe)
            {
                probe.StandardInput.Close();
                open += Of($"{zone} to {target}", Tool.End(probe));
            }
        }

        return open;
    }

    /// <summary>Reads what a probe found: no disagreement; and hands back how many ports are open.</summary>
    public static int Of(string what, Ran ran)
    {
        Assert.True(ran.Code is 0 or 1, $"{what}: {ran.Code} {ran.Error}{ran.Output}");
        JsonElement[] ports = [.. JsonDocument.Parse(ran.Output).RootElement.GetProperty("ports").EnumerateArray()];
        string[] wrong = [.. ports.Where(static port => port.GetProperty("disagrees").GetBoolean()).Select(static port => port.GetRawText())];
        Assert.True(wrong.Length == 0 && ran.Code == 0, $"{what}: {string.Join(' ', wrong)}");
        int open = ports.Count(static port => port.GetProperty("answered").GetString() == "open");
        InsecureHost.Say($"{what}: {ports.Length} ports, {open} open, {ports.Count(static port => port.GetProperty("answered").GetString() == "silent")} silent, 0 disagreements");
        return open;
    }
}
