using System.Collections.Immutable;

namespace Virtward.Guard.Fail2Ban.Import;

/// <summary>What an existing set-up of fail2ban's becomes.</summary>
/// <param name="Policy">The policy, as text for <c>/etc/virtward/policy.yaml</c>.</param>
/// <param name="Jails">The jails in it.</param>
/// <param name="Notes">What was not taken over as it was, in the order of the jails.</param>
public sealed record ImportResult(string Policy, ImmutableArray<ImportedJail> Jails, ImmutableArray<ImportNote> Notes);
