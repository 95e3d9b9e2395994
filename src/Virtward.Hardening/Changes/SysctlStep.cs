namespace Virtward.Hardening.Changes;

/// <summary>A kernel setting of the running kernel.</summary>
/// <param name="Path">Below <c>/proc/sys</c>, with slashes: an interface's name may hold dots (<c>net/ipv4/conf/eth0.5/rp_filter</c>).</param>
/// <param name="Value">What it is to be.</param>
public sealed record SysctlStep(string Path, string Value) : Step;
