namespace Virtward.Hardening.Checks.Updates;

/// <summary>When a release of a distribution gets its last security update.</summary>
/// <param name="Id"><c>ID</c> of os-release.</param>
/// <param name="Version"><c>VERSION_ID</c>, or the number before its dot for all of a major release.</param>
/// <param name="Ends">The last day.</param>
/// <param name="Note">What a person should know of it.</param>
public sealed record ReleaseEnd(string Id, string Version, DateOnly Ends, string Note = "");
