using System.Collections.Immutable;

namespace Virtward.Hardening.Checks.Ssh;

/// <summary>Settings of sshd that decide who gets in, in the place of those in force; null: as they are.</summary>
/// <param name="Root">Whether root may log in.</param>
/// <param name="AllowUsers">The only users; empty: all.</param>
/// <param name="AllowGroups">The only groups; empty: all.</param>
/// <param name="TakesKeys">Whether public keys are taken.</param>
internal sealed record SshAdmission(bool? Root, ImmutableArray<string>? AllowUsers, ImmutableArray<string>? AllowGroups, bool? TakesKeys)
{
    /// <summary>All as it is.</summary>
    public static readonly SshAdmission InForce = new(null, null, null, null);
}
