using System.IO.Compression;
using System.Text;
using Virtward.Core.Results;
using Virtward.Guard.Sources;
using Xunit;

namespace Virtward.Tests.Guard.Sources;

public sealed class ReplayReaderTests
{
    private static readonly SourceOptions Small = new() { BlockSize = 256, MaxLine = 100 };

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Reads_every_line_whatever_the_blocks(bool compressed)
    {
        var random = new Random(3);
        for (int round = 0; round < 200; round++)
        {
            var text = new StringBuilder();
            var expected = new List<string>();
            int tooLong = 0;
            int count = random.Next(60);
            for (int i = 0; i < count; i++)
            {
                string line = new((char)('a' + (i % 26)), random.Next(20) == 0 ? random.Next(90, 700) : random.Next(40));
                bool isLast = i == count - 1 && line.Length > 0 && random.Next(2) == 0;
                bool hasReturn = !isLast && line.Length < 100 && random.Next(5) == 0;
                text.Append(line).Append(hasReturn ? "\r" : "").Append(isLast ? "" : "\n");
                if (line.Length <= 100)
                {
                    expected.Add(line);
                }
                else
                {
                    tooLong++;
                }
            }

            byte[] bytes = Encoding.Latin1.GetBytes(text.ToString());
            var sink = new RecordingSink();
            Result<ReplayCounts> result = new ReplayReader(new SlowStream(compressed ? Compress(bytes) : bytes, random), "log", Small).Run(sink, cancel: TestContext.Current.CancellationToken);
            Assert.Equal(expected, sink.Lines);
            Assert.Equal(new ReplayCounts(expected.Count, tooLong, bytes.Length), result.Value);
        }
    }

    [Fact]
    public void Concatenated_gzip_members_are_one_log()
    {
        var sink = new RecordingSink();
        Assert.True(new ReplayReader(new MemoryStream([.. Compress("1\n2"u8.ToArray()), .. Compress("3\n"u8.ToArray())]), "log").Run(sink, cancel: TestContext.Current.CancellationToken).IsOk);
        Assert.Equal(["1", "23"], sink.Lines);
    }

    [Fact]
    public void A_damaged_gzip_is_one_problem_after_what_could_be_read()
    {
        byte[] bytes = Compress(Encoding.ASCII.GetBytes(string.Concat(Enumerable.Range(1, 100_000).Select(i => $"line {i * 7919L % 100_003}\n"))));
        bytes.AsSpan(bytes.Length / 2, 100).Fill(0xff);
        var sink = new RecordingSink();
        Result<ReplayCounts> result = new ReplayReader(new MemoryStream(bytes), "auth.log.gz", Small).Run(sink, cancel: TestContext.Current.CancellationToken);
        Assert.StartsWith("cannot read the log to its end: auth.log.gz", result.Problem?.ToString(), StringComparison.Ordinal);
        Assert.Equal("line 7919", sink.Lines[0]);
    }

    [Fact]
    public void Progress_is_told_and_cancelling_stops_between_two_blocks()
    {
        byte[] bytes = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("0123456\n", 1000)));
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var told = new List<ReplayCounts>();
        Result<ReplayCounts> result = new ReplayReader(new MemoryStream(bytes), "log", Small).Run(
            new RecordingSink(),
            counts =>
            {
                told.Add(counts);
                if (told.Count == 3)
                {
                    cancel.Cancel();
                }
            },
            cancel.Token);
        Assert.Equal([256L, 512L, 768L], told.Select(counts => counts.Bytes));
        Assert.Equal(96, result.Value.Lines);
    }

    [Fact]
    public void An_empty_log_has_no_lines()
    {
        var sink = new RecordingSink();
        Assert.Equal(default, new ReplayReader(new MemoryStream(), "log").Run(sink, cancel: TestContext.Current.CancellationToken).Value);
        Assert.Empty(sink.Lines);
    }

    private static byte[] Compress(byte[] bytes)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(bytes);
        }

        return packed.ToArray();
    }

    /// <summary>Hands out a few bytes at a time, as a pipe may.</summary>
    private sealed class SlowStream(byte[] bytes, Random random) : MemoryStream(bytes)
    {
        public override int Read(byte[] buffer, int offset, int count) => base.Read(buffer, offset, Math.Min(count, random.Next(1, 300)));

        public override int Read(Span<byte> buffer) => base.Read(buffer[..Math.Min(buffer.Length, random.Next(1, 300))]);
    }
}
