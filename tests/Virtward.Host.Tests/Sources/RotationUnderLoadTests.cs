using System.Diagnostics;
using System.Globalization;
using System.IO.Compression;
using System.Text;
using Virtward.Guard.Sources;
using Virtward.Host.Tests.Support;
using Xunit;

namespace Virtward.Host.Tests.Sources;

/// <summary>
/// A writer at full speed, rotation after rotation: every line arrives exactly once. What no reader could get is not asked
/// for: nobody writes between a copy and its truncation, and a file is deleted or cut off only when its lines have arrived.
/// </summary>
public sealed class RotationUnderLoadTests(ITestOutputHelper output) : IDisposable
{
    private const int Lines = 150_000;
    private const int Kept = 30;
    private const int MostAhead = 10;

    private readonly string _directory = Directory.CreateTempSubdirectory("virtward-rotation-").FullName;

    public enum Kind
    {
        Rename,
        RenameWithLateWriter,
        RenameToDate,
        CopyTruncate,
        RenameAndCompress,
        Delete,
        Truncate,
        Mixed,
    }

    [Theory]
    [InlineData(Kind.Rename, false)]
    [InlineData(Kind.RenameWithLateWriter, false)]
    [InlineData(Kind.RenameToDate, false)]
    [InlineData(Kind.CopyTruncate, false)]
    [InlineData(Kind.RenameAndCompress, false)]
    [InlineData(Kind.Delete, false)]
    [InlineData(Kind.Truncate, false)]
    [InlineData(Kind.Mixed, false)]
    [InlineData(Kind.Rename, true)]
    [InlineData(Kind.CopyTruncate, true)]
    [InlineData(Kind.RenameToDate, true)]
    [InlineData(Kind.RenameAndCompress, true)]
    [InlineData(Kind.Mixed, true)]
    public void Every_line_arrives_exactly_once(Kind kind, bool restarting)
    {
        string path = Path.Combine(_directory, "auth.log");
        var sink = new CountingSink(Lines);
        File.WriteAllText(path, "1 first\n");
        using var running = new RunningSources(new SourceDefinition.Files([path]), sink);
        var writer = new RotatingWriter(path, sink);
        var watch = Stopwatch.StartNew();
        int written = writer.Run(kind, restarting ? running : null);
        Assert.True(Wait.For(() => sink.Arrived >= written), Told("some lines did not arrive"));

        // Long enough for a retired file to be looked at again, and for anything doubled to show.
        Thread.Sleep(1500);
        running.Stop();
        output.WriteLine($"{kind}: {written} lines, {writer.Rotations} rotations, {writer.Restarts} restarts in {watch.Elapsed.TotalSeconds:F1} s");
        Assert.True(!sink.Lost.Any() && !sink.Doubled.Any(), Told("not exactly once"));

        string Told(string what) =>
            $"{what}: lost {sink.Lost.Count()} ({string.Join(' ', sink.Lost.Take(10))}…), doubled {sink.Doubled.Count()} ({string.Join(' ', sink.Doubled.Take(10))}…), "
            + $"{writer.Rotations} rotations; {string.Join("; ", sink.Troubles)}; {string.Join(' ', Directory.GetFiles(_directory).Select(Path.GetFileName))}";
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    /// <summary>Writes numbered lines and rotates every few milliseconds; never further ahead of the reader than files are kept.</summary>
    private sealed class RotatingWriter(string path, CountingSink sink)
    {
        private readonly Random _random = new(7);
        private readonly Queue<long> _rotatedAt = new();
        private int _written = 1;
        private int _day;

        public int Rotations { get; private set; }

        public int Restarts { get; private set; }

        public int Run(Kind kind, RunningSources? restarted)
        {
            FileStream file = Open();
            var sinceRotation = Stopwatch.StartNew();
            int interval = 3;
            bool isStopped = false;
            while (_written < Lines)
            {
                Write(file, _random.Next(1, 40));
                if (sinceRotation.ElapsedMilliseconds < interval)
                {
                    continue;
                }

                if (restarted is not null && Rotations % 7 == 3 && !isStopped)
                {
                    restarted.Stop();
                    isStopped = true;
                }

                file = Rotate(kind == Kind.Mixed ? Any(isStopped) : kind, file, canWait: !isStopped);
                Rotations++;
                if (isStopped && Rotations % 7 == 6)
                {
                    restarted!.Start();
                    isStopped = false;
                    Restarts++;
                }

                _rotatedAt.Enqueue(_written);
                if (!isStopped && _rotatedAt.Count > MostAhead)
                {
                    long due = _rotatedAt.Dequeue();
                    Catch(due);
                }

                interval = _random.Next(2, 8);
                sinceRotation.Restart();
            }

            if (isStopped)
            {
                restarted!.Start();
            }

            file.Dispose();
            return _written;
        }

        /// <summary>
        /// Any kind; but while nobody looks, names by number only. Between those and dates only times tell the order, and here
        /// files come more often than the kernel's clock ticks.
        /// </summary>
        private Kind Any(bool isStopped)
        {
            var kind = (Kind)_random.Next((int)Kind.Mixed);
            return isStopped && kind == Kind.RenameToDate ? Kind.Rename : kind;
        }

        /// <summary>Waits until as many lines have arrived as were written at some time.</summary>
        private void Catch(long due) =>
            Assert.True(Wait.For(() => sink.Arrived >= due, seconds: 30), $"{sink.Arrived} of {due} lines arrived after {Rotations} rotations, lost {string.Join(' ', sink.Lost.Take(20))}; {string.Join("; ", sink.Troubles)}");

        private FileStream Open() => new(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, 0);

        /// <summary>Cuts the file off. Opened again, because the framework writes at its own place, not with O_APPEND as daemons do.</summary>
        private FileStream Truncate(FileStream writer)
        {
            writer.Dispose();
            using (var file = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, 0))
            {
                file.SetLength(0);
            }

            return Open();
        }

        private void Write(FileStream file, int count)
        {
            for (int i = 0; i < count && _written < Lines; i++)
            {
                string line = string.Create(CultureInfo.InvariantCulture, $"{++_written} Failed password for root from 203.0.113.{_written % 256} port 22 ssh2\n");
                file.Write(Encoding.ASCII.GetBytes(line));
            }
        }

        private FileStream Rotate(Kind kind, FileStream file, bool canWait)
        {
            if (kind is Kind.Delete or Kind.Truncate)
            {
                if (canWait)
                {
                    int due = _written;
                    Catch(due);
                }
                else
                {
                    kind = Kind.Rename;
                }
            }

            if (kind == Kind.Truncate)
            {
                return Truncate(file);
            }

            if (kind == Kind.Delete)
            {
                file.Dispose();
                File.Delete(path);
                return Open();
            }

            string first = kind == Kind.RenameToDate ? $"{path}-20261121{++_day:D6}" : Shift();
            if (kind == Kind.CopyTruncate)
            {
                File.Copy(path, first);
                return Truncate(file);
            }

            File.Move(path, first);
            if (kind == Kind.RenameWithLateWriter)
            {
                FileStream late = file;
                file = Open();
                Write(file, 5);
                Write(late, 5);
                late.Dispose();
            }
            else
            {
                file.Dispose();
                file = Open();
            }

            if (kind == Kind.RenameAndCompress)
            {
                Compress(first);
            }

            return file;
        }

        /// <summary>Makes room for number 1, as logrotate does.</summary>
        private string Shift()
        {
            foreach (string end in (string[])["", ".gz"])
            {
                File.Delete($"{path}.{Kept}{end}");
                for (int number = Kept - 1; number > 0; number--)
                {
                    if (File.Exists($"{path}.{number}{end}"))
                    {
                        File.Move($"{path}.{number}{end}", $"{path}.{number + 1}{end}", overwrite: true);
                    }
                }
            }

            return path + ".1";
        }

        private static void Compress(string name)
        {
            using (FileStream from = File.OpenRead(name))
            using (FileStream to = File.Create(name + ".gz"))
            using (var gzip = new GZipStream(to, CompressionLevel.Fastest))
            {
                from.CopyTo(gzip);
            }

            // gzip(1) and logrotate(8) keep the time.
            File.SetLastWriteTimeUtc(name + ".gz", File.GetLastWriteTimeUtc(name));
            File.Delete(name);
        }
    }
}
