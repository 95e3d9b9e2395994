namespace Virtward.Exposure.Topology;

/// <summary>VLANs that pass a bridge's port.</summary>
/// <param name="First">The first id.</param>
/// <param name="Last">The last id.</param>
/// <param name="Pvid">Untagged frames that come in belong to it.</param>
/// <param name="Untagged">Frames of it leave untagged.</param>
public readonly record struct BridgeVlan(int First, int Last, bool Pvid, bool Untagged);
