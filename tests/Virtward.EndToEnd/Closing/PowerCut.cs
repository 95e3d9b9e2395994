using Virtward.EndToEnd.Machine;

namespace Virtward.EndToEnd.Closing;

/// <summary>A loss of power that is to be tried: what it left, and when it was.</summary>
/// <param name="When">For people, as "163.0 s".</param>
/// <param name="Disk">What was left.</param>
/// <param name="Again">How long after the boot began it fails once more, or null.</param>
internal sealed record PowerCut(string When, HostDisk Disk, TimeSpan? Again)
{
    public override string ToString() => Again is { } after ? $"{When}, and again {after.TotalSeconds:0} s into the boot" : When;
}
