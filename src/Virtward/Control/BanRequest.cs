namespace Virtward.Control;

/// <summary>A ban by hand.</summary>
/// <param name="Target">An address or prefix, as text.</param>
/// <param name="Seconds">How long, in seconds; 1 or more.</param>
/// <param name="Reason">Why, for whoever reads it later.</param>
/// <param name="Force">Also what the never-ban list holds, and very large networks; never loopback, link-local or multicast addresses.</param>
public sealed record BanRequest(string Target, long Seconds, string Reason, bool Force);
