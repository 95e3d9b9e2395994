using System.IO.Compression;
using Virtward.Core.Host;
using Virtward.Linux.Files;

namespace Virtward.Tests.Guard.Sources;

/// <summary>Real files in a temporary directory.</summary>
public sealed class RealLogBench : ILogBench
{
    private readonly string _directory = Directory.CreateTempSubdirectory("virtward-sources-").FullName;

    public RealLogBench(bool polling)
    {
        IsPolling = polling;
        Files = polling ? new PollingLogFiles(new LinuxLogFiles()) : new LinuxLogFiles();
    }

    public bool IsPolling { get; }

    public ILogFiles Files { get; }

    public ManualClock Clock { get; } = new(runs: true);

    public string Root => _directory;

    public void Append(string path, ReadOnlySpan<byte> bytes)
    {
        using var file = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, 0);
        file.Write(bytes);
    }

    public void Rename(string from, string to) => File.Move(from, to, overwrite: true);

    public void Copy(string from, string to) => File.Copy(from, to, overwrite: true);

    public void Truncate(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, 0);
        file.SetLength(0);
    }

    public void Delete(string path) => File.Delete(path);

    public void Link(string target, string path)
    {
        File.CreateSymbolicLink(path + ".new", target);
        File.Move(path + ".new", path, overwrite: true);
    }

    public void MakeDirectory(string path) => Directory.CreateDirectory(path);

    public void Compress(string path)
    {
        using (FileStream from = File.OpenRead(path))
        using (FileStream to = File.Create(path + ".gz"))
        using (var gzip = new GZipStream(to, CompressionLevel.Fastest))
        {
            from.CopyTo(gzip);
        }

        File.Delete(path);
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);
}
