namespace Virtward.Bench;

/// <summary>A directory for one bench, gone after it.</summary>
internal sealed class WorkDirectory : IDisposable
{
    public WorkDirectory(string parent)
    {
        Directory.CreateDirectory(parent);
        Path = System.IO.Path.Combine(parent, $"bench-{Environment.ProcessId}");
        Directory.CreateDirectory(Path);
    }

    public string Path { get; }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
