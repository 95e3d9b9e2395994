namespace Virtward.Linux.Namespaces;

/// <summary>What the machine has: programs, and which family of distributions it belongs to.</summary>
public static class SystemTools
{
    /// <summary>
    /// Where a program is, or null. Looks in PATH and then where administration programs lie, which is not in everybody's PATH.
    /// </summary>
    public static string? Find(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries)
            .Concat(["/usr/sbin", "/sbin", "/usr/bin", "/bin", "/usr/local/sbin", "/usr/local/bin"])
            .Select(directory => Path.Combine(directory, program))
            .FirstOrDefault(File.Exists);

    /// <summary>Which package family the machine is of, by ID and ID_LIKE of os-release(5).</summary>
    public static PackageFamily Family()
    {
        string[] words;
        try
        {
            words = [.. File.ReadLines("/etc/os-release")
                .Where(line => line.StartsWith("ID=", StringComparison.Ordinal) || line.StartsWith("ID_LIKE=", StringComparison.Ordinal))
                .SelectMany(line => line[(line.IndexOf('=', StringComparison.Ordinal) + 1)..].Trim('"', '\'').Split(' '))];
        }
        catch (IOException)
        {
            return PackageFamily.Other;
        }

        return words.Any(word => word is "debian" or "ubuntu") ? PackageFamily.Debian
            : words.Any(word => word is "rhel" or "fedora" or "centos") ? PackageFamily.Rhel
            : PackageFamily.Other;
    }

    /// <summary>Whether the process has the rights of root, in its user namespace at least.</summary>
    public static bool IsRoot => Environment.IsPrivilegedProcess;
}
