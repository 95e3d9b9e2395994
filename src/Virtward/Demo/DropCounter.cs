using System.Text.Json;
using Virtward.Guard.Enforcement;
using Virtward.Linux.Namespaces;

namespace Virtward.Demo;

/// <summary>
/// Reads the kernel's counter of all packets that bans have dropped, as anybody can: with nft(8). After a flush the guard lets it begin
/// where it had last read it, so it may lose a few packets, and never invents one.
/// </summary>
public sealed class DropCounter(NetworkNamespace host)
{
    /// <summary>The counter's value; null while the table is not there.</summary>
    public async Task<long?> ReadAsync(CancellationToken cancel)
    {
        var list = new ChildSpec(SystemTools.Find("nft")!, ["-j", "list", "counter", "inet", GuardTable.Name, GuardTable.Counter])
        {
            Network = host,
        };
        if (!(await ChildProcess.RunAsync(list, TimeSpan.FromSeconds(5), cancel)).TryGet(out ChildOutcome? outcome, out _)
            || outcome.ExitCode != 0)
        {
            return null;
        }

        using JsonDocument document = JsonDocument.Parse(outcome.Output);
        foreach (JsonElement item in document.RootElement.GetProperty("nftables").EnumerateArray())
        {
            if (item.TryGetProperty("counter", out JsonElement counter))
            {
                return counter.GetProperty("packets").GetInt64();
            }
        }

        return null;
    }
}
