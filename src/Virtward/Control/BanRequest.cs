namespace Virtward.Control;

/// <summary>A ban by hand.</summary>
/// <param name="Target">An address or prefix, as text.</param>
/// <param name="Seconds">How long, in seconds; 1 or more.</param>
/// <param name="Reason">Why, for whoever reads it later.</param>
/// <param name="Force">Also where the never-ban list has it; the host's own addresses, its gateways and live admin sessions stay spared.</param>
public sealed record BanRequest(string Target, long Seconds, string Reason, bool Force);
