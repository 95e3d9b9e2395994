namespace Virtward.Hardening.Inventory.Kernel;

/// <summary>A line of sysctl.d(5).</summary>
/// <param name="Path">The file.</param>
/// <param name="Number">The line, from 1.</param>
/// <param name="Key">The setting's path below /proc/sys, perhaps with wildcards: <c>net/ipv4/conf/eth0.100/rp_filter</c>.</param>
/// <param name="Value">The value; null: the line leaves the setting out of wildcards.</param>
/// <param name="Text">The line as it is written.</param>
public sealed record SysctlLine(string Path, int Number, string Key, string? Value, string Text);
