using Virtward.Guard.Store.Sqlite;
using Virtward.Linux;

namespace Virtward.Tests.Guard.Store;

/// <summary>A state directory that is gone after the test.</summary>
internal sealed class StateDirectory : IDisposable
{
    private readonly DirectoryInfo _parent = Directory.CreateTempSubdirectory("virtward-store-");

    public string Path => System.IO.Path.Combine(_parent.FullName, "state");

    public string Database => System.IO.Path.Combine(Path, SqliteStoreFile.FileName);

    public static SqliteStoreFile File { get; } = new(new StateFiles(), new Dawn());

    public SqliteGuardStore Open()
    {
        OpenedStore opened = File.Open(Path).Value;
        Xunit.Assert.Null(opened.Warning);
        return (SqliteGuardStore)opened.Store;
    }

    public string[] MovedAside() => [.. Directory.GetFiles(Path, "*.corrupt-*").Where(name => !name.EndsWith("-wal") && !name.EndsWith("-shm"))];

    public void Dispose() => _parent.Delete(recursive: true);

    // Tests begin in 1970, so that times are small numbers.
    private sealed class Dawn : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch;
    }
}
