using System.Collections.Immutable;

namespace Virtward.Hardening.Checks.Kernel;

/// <summary>The checks of this folder, in the order of their ids.</summary>
public static class KernelChecks
{
    /// <summary>All of them.</summary>
    public static readonly ImmutableArray<Check> All =
    [
        Sys01.Check, Sys02.Check, Sys03.Check, Sys04.Check, Sys05.Check, Sys06.Check, Sys07.Check, Sys08.Check, Sys09.Check, Sys10.Check, Sys11.Check,
        Sys12.Check, Sys13.Check,
    ];
}
