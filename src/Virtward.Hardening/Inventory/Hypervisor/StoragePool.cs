namespace Virtward.Hardening.Inventory.Hypervisor;

/// <summary>A storage pool of libvirt.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type"><c>dir</c>, <c>fs</c>, <c>netfs</c>, <c>logical</c>, <c>rbd</c>, ….</param>
/// <param name="Target">The directory that its volumes lie in; empty: none.</param>
public sealed record StoragePool(string Name, string Type, string Target);
