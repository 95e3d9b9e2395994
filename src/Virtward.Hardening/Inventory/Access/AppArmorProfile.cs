namespace Virtward.Hardening.Inventory.Access;

/// <summary>A profile that the kernel has.</summary>
/// <param name="Name">Its name: <c>libvirtd</c>, <c>libvirt-5c5b…</c>.</param>
/// <param name="Mode"><c>enforce</c>, <c>complain</c>, <c>kill</c>, <c>unconfined</c>, <c>prompt</c>.</param>
public sealed record AppArmorProfile(string Name, string Mode)
{
    /// <summary>Whether it keeps to its rules.</summary>
    public bool Enforces => Mode is "enforce" or "kill" or "prompt";
}
