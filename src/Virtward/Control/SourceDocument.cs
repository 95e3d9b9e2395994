namespace Virtward.Control;

/// <summary>One source in the status.</summary>
/// <param name="Name">The file's path, or "journal".</param>
/// <param name="State">"following", "waiting" for it to appear, or a problem's sentence.</param>
/// <param name="Jails">The jails that listen to it.</param>
public sealed record SourceDocument(string Name, string State, IReadOnlyList<string> Jails);
