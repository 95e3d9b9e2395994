namespace Virtward.Core.Snapshots;

/// <summary>Something that a qemu listens with, by its command line.</summary>
/// <param name="Purpose"><c>vnc</c>, <c>vnc-websocket</c>, <c>spice</c>, <c>spice-tls</c>, <c>migration</c>, <c>gdb</c>, <c>monitor</c>, <c>serial</c>, <c>nbd</c>.</param>
/// <param name="Listen">The address or name it was told; empty: none.</param>
/// <param name="Port">The TCP port.</param>
public readonly record struct QemuEndpoint(string Purpose, string Listen, int Port);
