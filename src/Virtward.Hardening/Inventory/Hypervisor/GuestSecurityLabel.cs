namespace Virtward.Hardening.Inventory.Hypervisor;

/// <summary>How a guest is to be confined: <c>&lt;seclabel&gt;</c>.</summary>
/// <param name="Type"><c>dynamic</c>, <c>static</c>, <c>none</c>.</param>
/// <param name="Model"><c>selinux</c>, <c>apparmor</c>, <c>dac</c>; empty: not said, so that it is the host's.</param>
public sealed record GuestSecurityLabel(string Type, string Model);
