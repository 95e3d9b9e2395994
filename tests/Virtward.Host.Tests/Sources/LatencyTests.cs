using System.Diagnostics;
using System.Globalization;
using System.Text;
using Virtward.Core.Results;
using Virtward.Guard.Sources;
using Virtward.Host.Tests.Support;
using Xunit;

namespace Virtward.Host.Tests.Sources;

public sealed class LatencyTests(ITestOutputHelper output)
{
    private const int Lines = 200;

    [Fact]
    public void Each_line_arrives_on_its_own_and_the_time_it_took_is_told()
    {
        string directory = Directory.CreateTempSubdirectory("virtward-latency-").FullName;
        string path = Path.Combine(directory, "auth.log");
        File.WriteAllText(path, "");
        var sink = new TimingSink();
        using (var running = new RunningSources(new SourceDefinition.Files([path]), sink))
        using (var file = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite, 0))
        {
            var taken = new List<double>();
            for (int i = 1; i <= Lines; i++)
            {
                byte[] line = Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{i} line\n"));
                long before = Stopwatch.GetTimestamp();
                file.Write(line);
                Assert.True(Wait.For(() => Volatile.Read(ref sink.Count) == i));
                taken.Add(Stopwatch.GetElapsedTime(before, Volatile.Read(ref sink.LastAt)).TotalMilliseconds);
                Thread.Sleep(2);
            }

            taken.Sort();
            output.WriteLine($"line written to line handed on: median {taken[Lines / 2]:F3} ms, p99 {taken[Lines * 99 / 100]:F3} ms");
        }

        Directory.Delete(directory, recursive: true);
    }

    private sealed class TimingSink : ISourceSink
    {
        public int Count;
        public long LastAt;

        public void Accept(int source, in LogLine line)
        {
            Volatile.Write(ref LastAt, Stopwatch.GetTimestamp());
            Volatile.Write(ref Count, Count + 1);
        }

        public void BatchEnd()
        {
        }

        public void Trouble(int source, Problem problem)
        {
        }
    }
}
