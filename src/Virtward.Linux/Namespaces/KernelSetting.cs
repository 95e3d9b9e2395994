using Virtward.Core.Results;

namespace Virtward.Linux.Namespaces;

/// <summary>A setting of sysctl(8); those below <c>net</c> belong to the network namespace of the thread that writes them.</summary>
public static class KernelSetting
{
    /// <summary>Sets it.</summary>
    /// <param name="name">Its path below <c>/proc/sys</c>.</param>
    /// <param name="value">The value.</param>
    public static Result<Done> Write(string name, string value)
    {
        string path = $"/proc/sys/{name}";
        try
        {
            File.WriteAllText(path, value);
            return new Done();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new Problem($"cannot change the kernel setting ({e.Message})", path, "inside a container, /proc/sys must be writable");
        }
    }
}
