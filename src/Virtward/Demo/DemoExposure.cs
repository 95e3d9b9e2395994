using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Virtward.Core.Net;
using Virtward.Core.Results;
using Virtward.Exposure.Packets;
using Virtward.Exposure.Probing;
using Virtward.Linux.Namespaces;

namespace Virtward.Demo;

/// <summary>What this same program, as <c>virtward exposure</c> inside the host, says of who reaches sshd.</summary>
public sealed class DemoExposure
{
    private const string Internet = "internet";
    private const string Management = "management";

    private readonly byte[] _document;

    private DemoExposure(byte[] document) => _document = document;

    /// <summary>Asks it.</summary>
    /// <param name="self">How to start this program.</param>
    /// <param name="network">The cables.</param>
    /// <param name="cancel">Gives up.</param>
    public static async Task<Result<DemoExposure>> AskAsync(ImmutableArray<string> self, DemoNetwork network, CancellationToken cancel)
    {
        var text = new StringBuilder();
        var spec = new ChildSpec(self[0], [.. self[1..], "exposure", "--json"]) { Network = network.Host, OnOutputLine = line => text.Append(line) };
        Result<ChildOutcome> ran = await ChildProcess.RunAsync(spec, TimeSpan.FromSeconds(20), cancel);
        return !ran.TryGet(out ChildOutcome? outcome, out Problem? problem) ? problem
            : outcome.ExitCode != 0 ? new Problem($"virtward exposure did not answer ({outcome.LastWords})")
            : new DemoExposure(Encoding.UTF8.GetBytes(text.ToString()));
    }

    /// <summary>In words, who reaches sshd: <c>from the internet anyone but 12 subnets, from management anyone</c>.</summary>
    public string Words
    {
        get
        {
            using var document = JsonDocument.Parse(_document);
            JsonElement sshd = document.RootElement.GetProperty("endpoints").EnumerateArray()
                .FirstOrDefault(static row => row.TryGetProperty("port", out JsonElement port) && port.GetInt32() == DemoSshd.Port);
            return sshd.ValueKind != JsonValueKind.Object ? "nobody: nothing listens there"
                : $"from the Internet {From(sshd, Internet)}, from the management network {From(sshd, Management)}";
        }
    }

    /// <summary>How many of these it says of that they reach sshd.</summary>
    public int Open(IEnumerable<Address> sources) => sources.Count(source => Says(source) == Expected.Open);

    private Expected Says(Address source) =>
        ProbePlan.Read(_document, "exposure", source == Scenery.Admin ? Management : Internet, Scenery.HostFor(source), source)
            .TryGet(out ImmutableArray<ProbeTarget> targets, out _)
            ? targets.Where(static one => one.Protocol == ProtocolNames.Tcp && one.Port == DemoSshd.Port).Select(static one => one.Expected).FirstOrDefault(Expected.Unknown)
            : Expected.Unknown;

    // What follows a semicolon is about those whose bans end with time.
    private static string From(JsonElement row, string zone) => row.GetProperty("from").EnumerateArray()
        .Where(cell => cell.GetProperty("zone").GetString() == zone).Select(static cell => cell.GetProperty("words").GetString()!.Split("; ")[0]).FirstOrDefault("nobody");
}
