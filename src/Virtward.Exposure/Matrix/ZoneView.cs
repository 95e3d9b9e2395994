using System.Collections.Immutable;
using Virtward.Core.Net;

namespace Virtward.Exposure.Matrix;

/// <summary>A zone as the exposure was asked from it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Role">Where it stands in the model.</param>
/// <param name="Entries">The devices that its packets come in by.</param>
/// <param name="Sources">Its source networks; empty: any.</param>
/// <param name="Guess">Why it was guessed, a sentence; null: the policy names it.</param>
public sealed record ZoneView(string Name, ZoneRole Role, ImmutableArray<string> Entries, PrefixSet Sources, string? Guess);
