using System.Collections.Immutable;

namespace Virtward.Exposure.Rulesets;

/// <summary>Where a base chain is attached.</summary>
/// <param name="Type">What it is for.</param>
/// <param name="Hook">The place in the packet path.</param>
/// <param name="Priority">The order among the chains of one hook: lower is earlier. Names such as <c>dstnat</c> are resolved by family
/// (bridge has values of its own).</param>
/// <param name="Devices">For ingress and egress: the devices, which may end in <c>*</c>; empty where none is left or none was printed.</param>
/// <param name="DropByDefault">Whether a packet that reaches the chain's end is dropped (policy drop) instead of accepted.</param>
public sealed record BaseHook(ChainType Type, Hook Hook, int Priority, ImmutableArray<string> Devices, bool DropByDefault);
