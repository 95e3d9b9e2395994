using System.Text;
using Virtward.Guard.Sources;
using Xunit;

namespace Virtward.Tests.Guard.Sources;

/// <summary>
/// Random writing, rotating of every kind, looking, stopping and starting: every line arrives exactly once. The writer never writes
/// between a copy and its truncation, for such lines are lost to everybody.
/// </summary>
public sealed class RandomRotationTests
{
    private const int Kept = 8;

    [Theory]
    [InlineData(false, false, 400)]
    [InlineData(false, true, 400)]
    [InlineData(true, false, 25)]
    [InlineData(true, true, 25)]
    public void Every_line_arrives_exactly_once(bool real, bool polling, int rounds)
    {
        for (int seed = 0; seed < rounds; seed++)
        {
            using ILogBench bench = real ? new RealLogBench(polling) : new FakeLogBench(polling);
            Play(bench, seed);
        }
    }

    private static void Play(ILogBench bench, int seed)
    {
        var random = new Random(seed);
        bool dated = random.Next(2) == 0;
        var log = new Follower(bench, new SourceOptions { MostRetired = 3, TogetherFrom = seed % 2 == 0 ? 1 : int.MaxValue }, "auth.log");
        string path = log.Path("auth.log");
        var story = new List<string> { $"seed {seed}" };
        int line = 0, day = 0, unlooked = 0;
        bool running = true;

        // Without any look at the log there is no position, and what was rotated before the first start is not read.
        Write(path, 1);
        Look();
        for (int step = 0; step < 60; step++)
        {
            int what = random.Next(20);
            bool exists = bench.Files.Stat(path).Value is not null;
            if (what < 9)
            {
                Write(path, random.Next(1, 5));
            }
            else if (what < 13 && exists && unlooked < Kept - 2)
            {
                Rotate(random.Next(3));
            }
            else if (what == 13 && running)
            {
                story.Add("stop");
                log.Stop();
                running = false;
            }
            else if (what == 14)
            {
                TimeSpan time = TimeSpan.FromSeconds(random.Next(30));
                story.Add($"{time} pass");
                if (running)
                {
                    log.Pass(time);
                    unlooked = 0;
                }
                else
                {
                    bench.Clock.Advance(time);
                }
            }
            else if (what > 14)
            {
                Look();
            }
        }

        Look();
        log.Pass(TimeSpan.FromSeconds(30));
        IEnumerable<string> expected = Enumerable.Range(1, line).Select(Text);
        string lost = string.Join(' ', expected.Except(log.Lines).Select(Number));
        string doubled = string.Join(' ', log.Lines.GroupBy(text => text).Where(group => group.Count() > 1).Select(group => Number(group.Key)));
        Assert.True(
            lost.Length + doubled.Length == 0,
            $"lost: {lost}; doubled: {doubled}\n{string.Join("; ", story)}\ngot: {string.Join(' ', log.Lines.Select(Number))}\n{string.Join('\n', log.Sink.Troubles)}");
        log.Stop();

        void Look()
        {
            story.Add(running ? "look" : "start");
            if (running)
            {
                log.Settle();
            }
            else
            {
                log.Start();
                running = true;
            }

            unlooked = 0;
        }

        void Write(string to, int count)
        {
            story.Add($"{line + 1} to {line + count} into {Path.GetFileName(to)}");
            for (int i = 0; i < count; i++)
            {
                bench.Append(to, Encoding.ASCII.GetBytes(Text(++line) + "\n"));
            }
        }

        void Rotate(int kind)
        {
            unlooked++;
            string first = path + ".1";
            if (dated)
            {
                first = $"{path}-{20260101 + ++day}";
                foreach (string old in bench.Files.Expand(path + "-*").SkipLast(Kept))
                {
                    bench.Delete(old);
                }
            }
            else
            {
                for (int number = Kept; number > 0; number--)
                {
                    foreach (string end in (string[])["", ".gz"])
                    {
                        string from = $"{path}.{number}{end}";
                        if (bench.Files.Stat(from).Value is not null)
                        {
                            if (number == Kept)
                            {
                                bench.Delete(from);
                            }
                            else
                            {
                                bench.Rename(from, $"{path}.{number + 1}{end}");
                            }
                        }
                    }
                }
            }

            story.Add((kind == 0 ? "copy and truncate, " : "rename, ") + Path.GetFileName(first));
            if (kind == 0)
            {
                bench.Copy(path, first);
                bench.Truncate(path);
            }
            else
            {
                bench.Rename(path, first);
                if (random.Next(3) == 0)
                {
                    Write(first, 2);
                }

                if (random.Next(3) > 0)
                {
                    Write(path, 1);
                }
            }

            if (random.Next(4) == 0)
            {
                story.Add("compress " + Path.GetFileName(first));
                bench.Compress(first);
            }
        }
    }

    private static string Number(string text) => text.Split(' ')[1];

    private static string Text(int number) => $"line {number:D4} {new string((char)('a' + (number % 26)), number % 97)}";
}
