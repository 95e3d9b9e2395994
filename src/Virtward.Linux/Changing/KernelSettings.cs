using Virtward.Core.Host;
using Virtward.Core.Results;

namespace Virtward.Linux.Changing;

/// <summary>The settings of this kernel, as the network namespace that the program runs in has them.</summary>
public sealed class KernelSettings : IKernelSettings
{
    private const string Folder = "/proc/sys/";

    /// <inheritdoc/>
    public Result<string?> Read(string path)
    {
        if (!IsPath(path))
        {
            return new Problem("is no kernel setting", path);
        }

        try
        {
            return string.Join(' ', File.ReadAllText(Folder + path).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        }
        catch (Exception failure) when (failure is FileNotFoundException or DirectoryNotFoundException)
        {
            return Result<string?>.Ok(null);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return new Problem($"cannot read the kernel setting: {failure.Message}", path, failure is UnauthorizedAccessException ? "run it as root" : null);
        }
    }

    /// <inheritdoc/>
    public Result<Done> Write(string path, string value)
    {
        if (!IsPath(path))
        {
            return new Problem("is no kernel setting", path);
        }

        try
        {
            // One write(2): the kernel takes each write as a whole value (sysctl_writes_strict).
            using var stream = new FileStream(Folder + path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
            stream.Write(System.Text.Encoding.UTF8.GetBytes(value + "\n"));
            return default(Done);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return new Problem($"the kernel refuses the value '{value}': {failure.Message}", path, failure is UnauthorizedAccessException ? "run it as root" : null);
        }
    }

    private static bool IsPath(string path) => path.Length > 0 && path[0] != '/' && !path.Contains('\0', StringComparison.Ordinal)
        && path.Split('/').All(static part => part is not ("" or "." or ".."));
}
