namespace Virtward.Core.Results;

/// <summary>Success with nothing to hand back, for <see cref="Result{T}"/>.</summary>
public readonly record struct Done;
