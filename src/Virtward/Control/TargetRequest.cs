namespace Virtward.Control;

/// <summary>A request about one address or prefix.</summary>
/// <param name="Target">An address or prefix, as text.</param>
public sealed record TargetRequest(string Target);
