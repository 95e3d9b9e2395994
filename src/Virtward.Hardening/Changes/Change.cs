using System.Collections.Immutable;

namespace Virtward.Hardening.Changes;

/// <summary>One reversible step towards the policy, as a person sees it: several settings that only make sense together.</summary>
/// <param name="Id">What it is called in plans and history: <c>ssh</c>, <c>firewall</c>, <c>kernel.settings</c>. The same host and policy give the same ids.</param>
/// <param name="Title">What is done, a clause without a capital: "close the host by a firewall of our own".</param>
/// <param name="Because">Why, a sentence.</param>
public sealed record Change(string Id, string Title, string Because)
{
    /// <summary>The checks that it answers, by id.</summary>
    public ImmutableArray<string> Checks { get; init; } = [];

    /// <summary>What it could break.</summary>
    public ChangeRisk Risk { get; init; }

    /// <summary>
    /// Whether the others are made where this one cannot be: what needs a package from somewhere else must not keep a host open that cannot fetch it.
    /// </summary>
    public bool MayBeLeftOut { get; init; }

    /// <summary>What is set at once, in this order; undone in the opposite one.</summary>
    public ImmutableArray<Step> Steps { get; init; } = [];

    /// <summary>What must hold after the steps and before the effects: programs that judge what was written. Where one objects, the change is taken back.</summary>
    public ImmutableArray<Proof> Proofs { get; init; } = [];

    /// <summary>Units that must notice, after the steps are done and again after they are undone.</summary>
    public ImmutableArray<UnitEffect> Effects { get; init; } = [];

    /// <summary>What makes it last over a restart, set on confirmation only: so that until then a restart is a way back.</summary>
    public ImmutableArray<Step> Lasting { get; init; } = [];
}
