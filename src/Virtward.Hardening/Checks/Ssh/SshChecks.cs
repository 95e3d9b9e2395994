using System.Collections.Immutable;

namespace Virtward.Hardening.Checks.Ssh;

/// <summary>The checks of this folder, in the order of their ids.</summary>
public static class SshChecks
{
    /// <summary>All of them.</summary>
    public static readonly ImmutableArray<Check> All =
    [
        Ssh01.Check, Ssh02.Check, Ssh03.Check, Ssh04.Check, Ssh05.Check, Ssh06.Check, Ssh07.Check, Ssh08.Check, Ssh09.Check,
        Ssh10.Check, Ssh11.Check, Ssh12.Check, Ssh13.Check, Ssh14.Check, Ssh15.Check, Ssh16.Check, Ssh17.Check,
    ];
}
