namespace Virtward.Hardening.Inventory.Hypervisor;

/// <summary>A network interface of a guest, as far as it says how it is held in.</summary>
/// <param name="Type"><c>network</c>, <c>bridge</c>, <c>direct</c>, <c>user</c>, <c>hostdev</c>, ….</param>
/// <param name="Name">Its name for people: the hardware address, or its place where it has none.</param>
public sealed record GuestNic(string Type, string Name)
{
    /// <summary>The libvirt network; empty: none.</summary>
    public string Network { get; init; } = "";

    /// <summary>The bridge, where the XML names it; empty: none.</summary>
    public string Bridge { get; init; } = "";

    /// <summary>The mode of a macvtap: <c>vepa</c>, <c>bridge</c>, <c>private</c>, <c>passthrough</c>; empty: none.</summary>
    public string Mode { get; init; } = "";

    /// <summary>The network filter; empty: none.</summary>
    public string Filter { get; init; } = "";

    /// <summary>Whether it is an isolated port of its bridge.</summary>
    public bool Isolated { get; init; }

    /// <summary>Whether the host follows the guest's own filter settings.</summary>
    public bool TrustsGuest { get; init; }

    /// <summary>Whether its bandwidth is limited.</summary>
    public bool Limited { get; init; }

    /// <summary>Where it is, for people: <c>network default</c>, <c>bridge br0</c>, <c>direct</c>.</summary>
    public string Place => Network.Length > 0 ? $"network {Network}" : Bridge.Length > 0 ? $"bridge {Bridge}" : Type;
}
