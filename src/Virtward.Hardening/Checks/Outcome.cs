using System.Collections.Immutable;

namespace Virtward.Hardening.Checks;

/// <summary>How a check came out on a host, with what it rests on.</summary>
public sealed record Outcome
{
    private Outcome(Status status) => Status = status;

    /// <summary>How it came out.</summary>
    public Status Status { get; }

    /// <summary>What does not hold; of a failed check at least one.</summary>
    public ImmutableArray<Finding> Findings { get; private init; } = [];

    /// <summary>Why it is not known, or has no meaning here; of a check that passed, what was seen. A clause.</summary>
    public string Reason { get; private init; } = "";

    /// <summary>
    /// Of a check that failed: what besides could not be seen, so that there may be more findings. Empty: everything was seen.
    /// </summary>
    public string Unseen { get; private init; } = "";

    /// <summary>It with its findings told otherwise.</summary>
    public Outcome With(Func<Finding, Finding> told) => this with { Findings = [.. Findings.Select(told)] };

    /// <summary>It holds.</summary>
    /// <param name="seen">What was seen: "sshd -T says permitrootlogin no for every class of users".</param>
    public static Outcome Pass(string seen) => new(Status.Pass) { Reason = seen };

    /// <summary>It could not be seen.</summary>
    /// <param name="reason">Why: "it needs root to read /etc/shadow".</param>
    public static Outcome Unknown(string reason) => new(Status.Unknown) { Reason = reason };

    /// <summary>It has no meaning here.</summary>
    /// <param name="reason">Why: "no sshd is installed".</param>
    public static Outcome NotApplicable(string reason) => new(Status.NotApplicable) { Reason = reason };

    /// <summary>
    /// Failed where there are findings; else unknown where something could not be seen; else it holds.
    /// </summary>
    /// <param name="findings">What does not hold.</param>
    /// <param name="seen">What was seen, for the pass.</param>
    /// <param name="unseen">What could not be seen; null or empty: nothing.</param>
    public static Outcome Of(IEnumerable<Finding> findings, string seen, string? unseen = null)
    {
        ImmutableArray<Finding> all = [.. findings];
        return all.IsEmpty
            ? string.IsNullOrEmpty(unseen) ? Pass(seen) : Unknown(unseen)
            : new Outcome(Status.Fail) { Findings = all, Unseen = unseen ?? "" };
    }
}
