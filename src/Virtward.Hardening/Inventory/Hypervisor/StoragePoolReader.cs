using System.Xml.Linq;
using Virtward.Exposure.Facts.Guests;

namespace Virtward.Hardening.Inventory.Hypervisor;

/// <summary>A storage pool, from libvirt's pool XML.</summary>
internal static class StoragePoolReader
{
    /// <summary>Reads one; null where it has no name.</summary>
    public static StoragePool? Read(XElement pool) => pool.Child("name")?.Value.Trim() is { Length: > 0 } name
        ? new StoragePool(name, pool.Get("type") ?? "", pool.Child("target").Child("path")?.Value.Trim().TrimEnd('/') ?? "")
        : null;
}
