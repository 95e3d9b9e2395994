using System.Text;
using Virtward.Core.Snapshots;

namespace Virtward.Hardening.Inventory.Kernel;

/// <summary>Takes secrets out of the kernel's settings.</summary>
internal static class KernelCleaning
{
    /// <summary>sysctl.d(5): the few settings that are keys (<c>tcp_fastopen_key</c>, <c>stable_secret</c>).</summary>
    public static string Sysctl(string text)
    {
        var clean = new StringBuilder(text.Length);
        foreach (ReadOnlySpan<char> line in text.AsSpan().EnumerateLines())
        {
            int equals = line.IndexOf('=');
            ReadOnlySpan<char> key = equals < 0 ? line : line[..equals].TrimEnd();
            bool secret = equals >= 0 && (key.EndsWith("_key", StringComparison.Ordinal) || key.EndsWith("secret", StringComparison.Ordinal));
            clean.Append(secret ? $"{key} = {Cleaning.Removed}" : line).Append('\n');
        }

        return clean.ToString();
    }

    /// <summary>The kernel's command line: values of what sounds like a secret go.</summary>
    public static string CommandLine(string text) => string.Join(' ', text.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries).Select(static word =>
    {
        int equals = word.IndexOf('=', StringComparison.Ordinal);
        string name = equals < 0 ? "" : word[..equals].ToLowerInvariant();
        bool secret = name.Contains("key", StringComparison.Ordinal) || name.Contains("pass", StringComparison.Ordinal) || name.Contains("secret", StringComparison.Ordinal)
            || name.Contains("token", StringComparison.Ordinal) || name.Contains("cred", StringComparison.Ordinal);
        return secret ? $"{word[..equals]}={Cleaning.Removed}" : word;
    }));
}
