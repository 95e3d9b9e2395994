using System.Collections.Immutable;
using System.Text.RegularExpressions;

namespace Virtward.Hardening.Machine;

/// <summary>
/// What apt noted in <c>/var/log/apt/history.log</c>: before it starts dpkg it writes down what it is about to do, so that this is known also of a run that broke off.
/// </summary>
public static partial class AptHistory
{
    /// <summary>Where it lies.</summary>
    public const string Path = "/var/log/apt/history.log";

    /// <summary>The packages that came along by themselves when one was installed last; none where it has been removed since, or where that is not known any more.</summary>
    /// <param name="log">The log: paragraphs, the oldest first, such as <c>Install: auditd:amd64 (1:3.0.9-1), libauparse0:amd64 (1:3.0.9-1, automatic)</c>.</param>
    /// <param name="package">The one that was asked for.</param>
    public static ImmutableArray<string> BroughtBy(string log, string package)
    {
        ImmutableArray<string> brought = [];
        foreach (string line in log.Split('\n'))
        {
            (string Name, bool Automatic)[] packages = [.. Packages().Matches(line).Select(static one => (one.Groups[1].Value, one.Groups[2].Value.EndsWith("automatic", StringComparison.Ordinal)))];
            if (line.StartsWith("Install: ", StringComparison.Ordinal) && packages.Contains((package, false)))
            {
                brought = [.. packages.Where(static one => one.Automatic).Select(static one => one.Name)];
            }
            else if ((line.StartsWith("Remove: ", StringComparison.Ordinal) || line.StartsWith("Purge: ", StringComparison.Ordinal)) && packages.Any(one => one.Name == package))
            {
                brought = [];
            }
        }

        return brought;
    }

    [GeneratedRegex(@"([a-z0-9][a-z0-9+.-]+):[a-z0-9-]+ \(([^)]*)\)", RegexOptions.NonBacktracking)]
    private static partial Regex Packages();
}
