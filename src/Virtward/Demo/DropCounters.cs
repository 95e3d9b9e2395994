using System.Text.Json;
using Virtward.Linux.Namespaces;

namespace Virtward.Demo;

/// <summary>
/// Reads how many packets our table has dropped, from the counters of its sets' elements as <c>nft -j</c> lists them. Counters go
/// away with their element (a single ban folded into its subnet's, a flush), so what was seen before is kept and the sum is a
/// lower bound.
/// </summary>
public sealed class DropCounters(NetworkNamespace host) : IDisposable
{
    private readonly SemaphoreSlim _turn = new(1);
    private readonly Dictionary<string, (long Gone, long Now)> _elements = [];

    /// <summary>Lists the table and hands back the sum so far; the last sum where the table is not there at this moment.</summary>
    public async Task<long> ReadAsync(CancellationToken cancel)
    {
        await _turn.WaitAsync(cancel);
        try
        {
            return await SumAsync(cancel);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _turn.Dispose();

    private async Task<long> SumAsync(CancellationToken cancel)
    {
        var list = new ChildSpec(SystemTools.Find("nft")!, ["-j", "list", "table", "inet", "virtward"]) { Network = host };
        if ((await ChildProcess.RunAsync(list, TimeSpan.FromSeconds(5), cancel)).TryGet(out ChildOutcome? outcome, out _)
            && outcome.ExitCode == 0)
        {
            using JsonDocument document = JsonDocument.Parse(outcome.Output);
            foreach (JsonElement item in document.RootElement.GetProperty("nftables").EnumerateArray())
            {
                if (item.TryGetProperty("set", out JsonElement set) && set.TryGetProperty("elem", out JsonElement elements))
                {
                    Add(set.GetProperty("name").GetString()!, elements);
                }
            }
        }

        return _elements.Values.Sum(element => element.Gone + element.Now);
    }

    private void Add(string set, JsonElement elements)
    {
        foreach (JsonElement outer in elements.EnumerateArray())
        {
            if (outer.ValueKind == JsonValueKind.Object
                && outer.TryGetProperty("elem", out JsonElement element)
                && element.TryGetProperty("counter", out JsonElement counter))
            {
                string key = $"{set} {element.GetProperty("val").GetRawText()}";
                long packets = counter.GetProperty("packets").GetInt64();
                (long gone, long now) = _elements.GetValueOrDefault(key);
                _elements[key] = packets < now ? (gone + now, packets) : (gone, packets);
            }
        }
    }
}
