using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Virtward.Core.Results;

namespace Virtward.Core.Policy.Reading;

/// <summary>
/// What came of reading a policy: the policy, or every mistake in it. Never a part of a policy: a host is not half guarded.
/// </summary>
/// <param name="Policy">The policy; null where there is any problem.</param>
/// <param name="Problems">Every mistake, in the order of the text; empty where the policy holds.</param>
public sealed record PolicyReading(HostPolicy? Policy, ImmutableArray<Problem> Problems)
{
    /// <summary>Whether there is a policy.</summary>
    [MemberNotNullWhen(true, nameof(Policy))]
    public bool IsOk => Policy is not null;
}
