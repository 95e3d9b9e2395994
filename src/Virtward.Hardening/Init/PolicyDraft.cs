using System.Collections.Immutable;

namespace Virtward.Hardening.Init;

/// <summary>A policy written from what is on a host.</summary>
/// <param name="Text">Its text, which the policy's reader takes without mistakes.</param>
/// <param name="Notes">What the administrator should know before a plan is made of it, a sentence each.</param>
public sealed record PolicyDraft(string Text, ImmutableArray<string> Notes);
