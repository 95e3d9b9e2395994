using System.Collections.Immutable;

namespace Virtward.Hardening.Checks.Exposure;

/// <summary>The checks of this folder, in the order of their ids.</summary>
public static class ExposureChecks
{
    /// <summary>All of them.</summary>
    public static readonly ImmutableArray<Check> All =
    [
        Exp01.Check, Exp02.Check, Exp03.Check, Exp04.Check, Exp05.Check, Exp06.Check, Exp07.Check, Exp08.Check, Exp09.Check, Exp10.Check, Exp11.Check, Exp12.Check,
        Exp13.Check, Exp14.Check, Exp15.Check, Exp16.Check, Exp17.Check, Exp18.Check, Exp19.Check, Exp20.Check,
    ];
}
