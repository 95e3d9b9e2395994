using System.Collections.Immutable;

namespace Virtward.Core.Snapshots;

/// <summary>The document <c>audit/qemu-processes.json</c>.</summary>
/// <param name="Version">The version of the format, 1.</param>
/// <param name="Processes">The processes, by number.</param>
public sealed record QemuProcessesDocument(int Version, ImmutableArray<QemuProcess> Processes);
