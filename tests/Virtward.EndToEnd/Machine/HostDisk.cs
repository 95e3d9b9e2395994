namespace Virtward.EndToEnd.Machine;

/// <summary>
/// A disk of its own above the host's image. Its file has no name: it is there as long as this object or a machine has it open, and nothing is left behind, however the test ends.
/// </summary>
public sealed class HostDisk : IDisposable
{
    private readonly FileStream _file;

    /// <summary>A disk that is as the host's was when its memory was saved.</summary>
    public HostDisk(HostImage image)
        : this(path => Overlay(image.Of("warm.qcow2"), "qcow2", path))
    {
    }

    private HostDisk(Action<string> make)
    {
        string path = System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"virtward-host-{Guid.NewGuid():N}.qcow2");
        make(path);
        _file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        File.Delete(path);
        Path = $"/proc/{Environment.ProcessId}/fd/{_file.SafeFileHandle.DangerousGetHandle()}";
    }

    /// <summary>What qemu opens, as often as it likes.</summary>
    public string Path { get; }

    public void Dispose() => _file.Dispose();

    /// <summary>Another disk with what is in this one's file now; who writes to it is to stand still meanwhile.</summary>
    public HostDisk Copy() => new(path => File.Copy(Path, path));

    /// <summary>Makes an empty disk above another.</summary>
    public static void Overlay(string on, string format, string to)
    {
        Ran made = Tool.Run("qemu-img", ["create", "-q", "-f", "qcow2", "-b", on, "-F", format, to]);
        if (made.Code != 0)
        {
            throw new InvalidOperationException(made.Error);
        }
    }
}
