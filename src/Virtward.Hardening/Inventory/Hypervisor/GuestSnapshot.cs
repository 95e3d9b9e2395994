namespace Virtward.Hardening.Inventory.Hypervisor;

/// <summary>A snapshot or a checkpoint of a guest that libvirt keeps.</summary>
/// <param name="Guest">The guest.</param>
/// <param name="Name">Its name.</param>
/// <param name="Created">When it was made.</param>
public sealed record GuestSnapshot(string Guest, string Name, DateTimeOffset Created);
