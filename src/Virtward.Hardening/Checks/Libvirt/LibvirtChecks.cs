using System.Collections.Immutable;

namespace Virtward.Hardening.Checks.Libvirt;

/// <summary>The checks of this folder, in the order of their ids.</summary>
public static class LibvirtChecks
{
    /// <summary>All of them.</summary>
    public static readonly ImmutableArray<Check> All =
    [
        Lv01.Check, Lv02.Check, Lv03.Check, Lv04.Check, Lv05.Check, Lv06.Check, Lv07.Check, Lv08.Check, Lv09.Check, Lv10.Check, Lv11.Check, Lv12.Check,
        Lv13.Check, Lv14.Check, Lv15.Check, Lv16.Check, Lv17.Check, Lv18.Check,
    ];
}
