namespace Virtward.Control;

/// <summary>An entry for the never-ban list.</summary>
/// <param name="Target">An address or prefix, as text.</param>
/// <param name="Seconds">For how long, in seconds; 0: until it is taken back.</param>
/// <param name="Comment">Why, for whoever reads it later.</param>
public sealed record AllowRequest(string Target, long Seconds, string Comment);
