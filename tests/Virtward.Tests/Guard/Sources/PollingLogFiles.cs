using Virtward.Core.Host;
using Virtward.Core.Results;

namespace Virtward.Tests.Guard.Sources;

/// <summary>A host where the kernel refuses notifications, as at the limit of inotify instances.</summary>
public sealed class PollingLogFiles(ILogFiles inner) : ILogFiles
{
    public Result<ILogFile?> Open(string path) => inner.Open(path);

    public Result<Stream> OpenOnce(string path) => inner.OpenOnce(path);

    public Result<LogFileState?> Stat(string path) => inner.Stat(path);

    public Result<IReadOnlyList<LogFileEntry>> List(string directory, Func<string, bool> accept) => inner.List(directory, accept);

    public IReadOnlyList<string> Expand(string pattern) => inner.Expand(pattern);

    public Result<IFileWatch> Watch() => new Problem("cannot watch log files", null, "too many open files");
}
