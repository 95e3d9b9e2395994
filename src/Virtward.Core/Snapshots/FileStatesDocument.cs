using System.Collections.Immutable;

namespace Virtward.Core.Snapshots;

/// <summary>The document <c>files.json</c>.</summary>
/// <param name="Version">The version of the format, 1.</param>
/// <param name="Files">The files, by path.</param>
public sealed record FileStatesDocument(int Version, ImmutableArray<FileState> Files);
