using System.Buffers.Text;
using System.Collections.Concurrent;
using Virtward.Core.Results;
using Virtward.Guard.Sources;

namespace Virtward.Host.Tests.Sources;

/// <summary>Counts how often each numbered line arrived; the number comes first in a line.</summary>
public sealed class CountingSink(int most) : ISourceSink
{
    private readonly int[] _counts = new int[most + 1];
    private long _arrived;

    public long Arrived => Interlocked.Read(ref _arrived);

    public ConcurrentQueue<string> Troubles { get; } = new();

    public int Batches { get; private set; }

    public IEnumerable<int> Lost => Enumerable.Range(1, most).Where(number => _counts[number] == 0);

    public IEnumerable<int> Doubled => Enumerable.Range(1, most).Where(number => _counts[number] > 1);

    public void Accept(int source, in LogLine line)
    {
        if (!Utf8Parser.TryParse(line.Text, out int number, out _) || number < 1 || number > most)
        {
            throw new InvalidOperationException("a line that nobody wrote: " + System.Text.Encoding.Latin1.GetString(line.Text));
        }

        _counts[number]++;
        Interlocked.Increment(ref _arrived);
    }

    public void BatchEnd() => Batches++;

    public void Trouble(int source, Problem problem) => Troubles.Enqueue(problem.ToString());
}
