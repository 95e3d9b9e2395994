namespace Virtward.Core.Host;

/// <summary>What was cut.</summary>
/// <param name="Tracked">Entries of the connection tracking that were deleted.</param>
/// <param name="Sockets">Local sockets that were destroyed.</param>
public readonly record struct CutConnections(int Tracked, int Sockets);
