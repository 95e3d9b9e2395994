namespace Virtward.Core.Policy;

/// <summary>An administrator's word that a check may fail for a time.</summary>
/// <param name="Id">The check: <c>SSH-05</c>.</param>
/// <param name="Until">The last day on which it holds.</param>
/// <param name="Because">Why.</param>
public sealed record WaiverPolicy(string Id, DateOnly Until, string Because);
