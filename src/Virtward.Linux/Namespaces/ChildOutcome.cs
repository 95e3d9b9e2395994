namespace Virtward.Linux.Namespaces;

/// <summary>How a program ended.</summary>
/// <param name="ExitCode">Its exit code; 128 and the signal's number where a signal ended it.</param>
/// <param name="Output">The last of its standard output, unless lines were taken as they came.</param>
/// <param name="Error">The last of its standard error.</param>
public sealed record ChildOutcome(int ExitCode, string Output, string Error)
{
    /// <summary>The last line that says something, for a message: standard error's, else standard output's.</summary>
    public string LastWords =>
        (Error + Output).Length == 0
            ? $"exit code {ExitCode}"
            : (Error.Length > 0 ? Error : Output).TrimEnd().Split('\n')[^1].Trim();
}
