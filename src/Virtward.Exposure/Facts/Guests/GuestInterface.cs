namespace Virtward.Exposure.Facts.Guests;

/// <summary>A guest's network interface.</summary>
/// <param name="Type">Its type in the XML: <c>network</c>, <c>bridge</c>, <c>direct</c>, <c>user</c>, <c>ethernet</c>, <c>hostdev</c>, ….</param>
/// <param name="Mac">Its hardware address, 48 bits; 0: none is given.</param>
public sealed record GuestInterface(string Type, ulong Mac)
{
    /// <summary>The host's device for it while the guest runs (<c>vnet0</c>); null: none, or not running.</summary>
    public string? Target { get; init; }

    /// <summary>The libvirt network it is in; null: none.</summary>
    public string? Network { get; init; }

    /// <summary>The bridge it is a port of, where the XML says so; null: unknown or none.</summary>
    public string? Bridge { get; init; }

    /// <summary>For <c>direct</c>: the host's device that it sits on: past every rule of the host; null: none.</summary>
    public string? Lower { get; init; }

    /// <summary>Whether it is an isolated port (<c>&lt;port isolated='yes'/&gt;</c>).</summary>
    public bool Isolated { get; init; }

    /// <summary>Its network filter (<c>&lt;filterref filter='…'/&gt;</c>); null: none.</summary>
    public string? Filter { get; init; }
}
