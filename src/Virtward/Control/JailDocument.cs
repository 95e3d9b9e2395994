namespace Virtward.Control;

/// <summary>One jail in the status.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Filter">The filter, with its mode.</param>
/// <param name="Mode">"enforce" or "simulate".</param>
/// <param name="Bans">Its bans in force.</param>
/// <param name="Sightings">Failures that it was told of since the start.</param>
public sealed record JailDocument(string Name, string Filter, string Mode, int Bans, long Sightings);
