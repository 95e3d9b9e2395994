using System.IO.Compression;
using System.Text;
using Virtward.Guard.Sources;
using Xunit;

namespace Virtward.Tests.Guard.Sources;

/// <summary>
/// A writer who goes on between any two calls of the reader: half-way through a rotation, a copy or a compression, and while the
/// reader looks for what became of a file. Stopped anywhere and started again, every line arrives exactly once.
/// </summary>
public sealed class InterleavedRotationTests
{
    private const int Plays = 250;
    private const string Log = "/var/auth.log";

    [Theory]
    [InlineData(false, 1)]
    [InlineData(false, 8)]
    [InlineData(true, 1)]
    [InlineData(true, 8)]
    public void Every_line_arrives_exactly_once(bool polling, int haste)
    {
        var failures = new List<string>();
        for (int seed = 0; seed < Plays; seed++)
        {
            if (Play(polling, haste, seed) is { } failure)
            {
                failures.Add(failure);
            }
        }

        Assert.True(failures.Count == 0, $"{failures.Count} of {Plays} plays; the shortest: {failures.MinBy(failure => failure.Length)}");
    }

    /// <param name="polling">Whether the reader is told of nothing.</param>
    /// <param name="haste">How many steps the writer may take between two calls of the reader.</param>
    /// <param name="seed">Tells one play from another.</param>
    private static string? Play(bool polling, int haste, int seed)
    {
        var random = new Random(seed);
        using var bench = new FakeLogBench(polling);
        var story = new List<string>();
        var writer = new Writer(bench, random, story);
        writer.Write(Log, 1);
        using var log = new Follower(bench, new SourceOptions { MostRetired = 3, TogetherFrom = seed % 2 == 0 ? 1 : int.MaxValue }, "auth.log");
        bool isBusy = false;
        bench.Meanwhile = () =>
        {
            if (!isBusy && random.Next(3) == 0)
            {
                isBusy = true;
                writer.Go(random.Next(haste) + 1);
                isBusy = false;
            }
        };

        for (int i = 0; i < 60; i++)
        {
            Note(log.Turn);
            bench.Clock.Advance(TimeSpan.FromMilliseconds(random.Next(1, 400)));
            if (random.Next(6) == 0)
            {
                story.Add("stop");
                log.Stop();
                writer.Go(random.Next(20 * haste));
                story.Add("start");
                Note(log.Start);
            }
        }

        bench.Meanwhile = () => { };
        log.Pass(TimeSpan.FromSeconds(30));
        List<string> numbers = log.Lines.ConvertAll(line => line.Split(' ')[0]);
        string lost = string.Join(' ', Enumerable.Range(1, writer.Lines).Select(number => $"{number}").Except(numbers));
        string doubled = string.Join(' ', numbers.GroupBy(number => number).Where(group => group.Count() > 1).Select(group => group.Key));
        return lost.Length + doubled.Length == 0
            ? null
            : $"seed {seed}, lost: {lost}; doubled: {doubled}\n{string.Join('\n', story)}\n{string.Join('\n', log.Sink.Troubles)}";

        void Note(Action reading)
        {
            int before = log.Lines.Count;
            reading();
            story.Add($"got {string.Join(' ', log.Lines.Skip(before).Select(line => line.Split(' ')[0]))}");
        }
    }

    /// <summary>Writes and rotates, a step at a time. It deletes nothing unread, and does not write between a copy and its truncation.</summary>
    private sealed class Writer(FakeLogBench bench, Random random, List<string> story)
    {
        private const int MostRotations = 25;

        // By number, by date, or changed from the one to the other.
        private readonly int _naming = random.Next(3);
        private IEnumerator<int>? _rotation;
        private int _rotations;
        private int _day;

        public int Lines { get; private set; }

        public void Go(int steps)
        {
            for (int i = 0; i < steps; i++)
            {
                if (_rotation is not null)
                {
                    _rotation = _rotation.MoveNext() ? _rotation : null;
                }
                else if (_rotations == MostRotations)
                {
                    break;
                }
                else if (random.Next(4) > 0 || !bench.Exists(Log))
                {
                    Write(Log, random.Next(1, 4));
                }
                else
                {
                    _rotations++;
                    _rotation = Rotate().GetEnumerator();
                }
            }
        }

        public void Write(string path, int count)
        {
            story.Add($"{Lines + 1} to {Lines + count} into {Path.GetFileName(path)}");
            for (int i = 0; i < count; i++)
            {
                int number = ++Lines;
                bench.Append(path, Encoding.ASCII.GetBytes($"{number} {string.Concat(Enumerable.Repeat($"{number * 7919 % 10007}-", number % 23))}\n"));
            }
        }

        private IEnumerable<int> Rotate()
        {
            string first = Log + ".1";
            if (_naming switch { 0 => false, 1 => true, _ => _rotations > MostRotations / 2 })
            {
                first = $"{Log}-20261121{++_day:D6}";
            }
            else
            {
                for (int number = MostRotations; number > 0; number--)
                {
                    foreach (string end in (string[])["", ".gz"])
                    {
                        if (bench.Exists($"{Log}.{number}{end}"))
                        {
                            bench.Rename($"{Log}.{number}{end}", $"{Log}.{number + 1}{end}");
                            yield return 0;
                        }
                    }
                }
            }

            bool isCopied = random.Next(3) == 0;
            story.Add($"{(isCopied ? "copy and truncate" : "rename")} to {Path.GetFileName(first)}");
            if (isCopied)
            {
                byte[] content = bench.ContentOf(Log);
                int half = random.Next(content.Length + 1);
                bench.Append(first, content.AsSpan(0, half));
                yield return 0;
                bench.Append(first, content.AsSpan(half));
                yield return 0;
                bench.Truncate(Log);
            }
            else
            {
                bench.Rename(Log, first);
                yield return 0;
                if (random.Next(3) == 0 && _naming < 2)
                {
                    Write(Log, 1);
                    yield return 0;
                    Write(first, 2);
                }
                else if (random.Next(3) > 0)
                {
                    Write(Log, 1);
                }
            }

            yield return 0;
            if (random.Next(3) == 0)
            {
                story.Add($"compress {Path.GetFileName(first)}");
                byte[] packed = Pack(bench.ContentOf(first));
                int half = random.Next(packed.Length);
                bench.Append(first + ".gz", packed.AsSpan(0, half));
                yield return 0;
                bench.Append(first + ".gz", packed.AsSpan(half));
                bench.CopyTime(first, first + ".gz");
                yield return 0;
                bench.Delete(first);
            }
        }

        private static byte[] Pack(byte[] content)
        {
            using var packed = new MemoryStream();
            using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
            {
                gzip.Write(content);
            }

            return packed.ToArray();
        }
    }
}
