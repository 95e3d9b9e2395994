using System.Collections.Immutable;
using Virtward.Hardening.Checks;
using Virtward.Hardening.Inventory;

namespace Virtward.Hardening.Audit;

/// <summary>What an audit of a host came to.</summary>
/// <param name="Host">The host's name.</param>
/// <param name="Distribution">What it runs.</param>
/// <param name="Profile">How strictly it was judged.</param>
/// <param name="Time">The time that it tells of.</param>
/// <param name="Results">Every check that was asked for, in the catalogue's order.</param>
public sealed record AuditReport(string Host, Distribution Distribution, Profile Profile, DateTimeOffset Time, ImmutableArray<CheckResult> Results)
{
    /// <summary>The score.</summary>
    public Score Score => Score.Of(Results);

    /// <summary>Whether it was read as root; without, much is unknown.</summary>
    public bool AsRoot { get; init; }

    /// <summary>The services that listen, with risk, reach and what to do.</summary>
    public ImmutableArray<ServiceLine> Services { get; init; } = [];

    /// <summary>What a person should know about the audit itself, a sentence each.</summary>
    public ImmutableArray<string> Notes { get; init; } = [];

    /// <summary>The checks that failed and are not waived, the worst first.</summary>
    public IEnumerable<CheckResult> Open => Results.Where(static result => result.IsOpen).OrderByDescending(static result => result.Severity);

    /// <summary>The checks of a status, waived ones left out.</summary>
    public int Count(Status status) => Results.Count(result => result.Outcome.Status == status && result.Waiver is null);

    /// <summary>The open checks of a severity.</summary>
    public int Count(Severity severity) => Results.Count(result => result.IsOpen && result.Severity == severity);
}
