namespace Virtward.Hardening.Inventory.Unit;

/// <summary>A socket or timer in memory, and what it starts.</summary>
/// <param name="Unit">The socket or timer: <c>ssh.socket</c>.</param>
/// <param name="Activates">The unit that it starts.</param>
public sealed record UnitTrigger(string Unit, string Activates)
{
    /// <summary>Of a socket: what it listens on, as systemd writes it: <c>0.0.0.0:22</c>, <c>/run/libvirt/libvirt-sock</c>.</summary>
    public string Listen { get; init; } = "";

    /// <summary>Of a timer: when it ran last; null: never since boot, or not known.</summary>
    public DateTimeOffset? Last { get; init; }

    /// <summary>Of a timer: when it runs next; null: not planned, or not known.</summary>
    public DateTimeOffset? Next { get; init; }
}
