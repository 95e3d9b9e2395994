using Virtward.Core.Host;

namespace Virtward.Tests.Guard.Sources;

/// <summary>A place with log files on which a test does what writers and rotation do; real or fake.</summary>
public interface ILogBench : IDisposable
{
    ILogFiles Files { get; }

    ManualClock Clock { get; }

    /// <summary>Whether the kernel refuses notifications here.</summary>
    bool IsPolling { get; }

    /// <summary>The directory that the test may use, without a slash at its end.</summary>
    string Root { get; }

    void Append(string path, ReadOnlySpan<byte> bytes);

    void Rename(string from, string to);

    void Copy(string from, string to);

    void Truncate(string path);

    void Delete(string path);

    /// <summary>Makes a symbolic link in one step, also over one that is there.</summary>
    void Link(string target, string path);

    void MakeDirectory(string path);

    /// <summary>What gzip(1) does: NAME.gz is written, then NAME is removed.</summary>
    void Compress(string path);
}
