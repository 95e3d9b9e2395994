using Virtward.Core.Results;

namespace Virtward.Core.Host;

/// <summary>
/// Tells when files or directories have changed, as inotify(7) does. It is a hint to look again and never the truth: events may be
/// lost or merged, so whoever uses it also looks by himself now and then.
/// </summary>
public interface IFileWatch : IPollable, IDisposable
{
    /// <summary>Watches an open file's content and links, under whatever name.</summary>
    /// <returns>The number that <see cref="Drain"/> will report; the same file gives the same number.</returns>
    Result<int> WatchFile(ILogFile file);

    /// <summary>Watches which names a directory holds; not the content of its files.</summary>
    /// <returns>The number that <see cref="Drain"/> will report; the same directory gives the same number.</returns>
    Result<int> WatchDirectory(string path);

    /// <summary>Ends a watch, once for each time it was begun.</summary>
    void Unwatch(int number);

    /// <summary>Takes what has been reported since the last call, without waiting.</summary>
    /// <param name="changed">Gets the numbers of what has changed.</param>
    /// <returns>False when reports were lost, so that everything must be looked at.</returns>
    bool Drain(ISet<int> changed);
}
