using System.Collections.Immutable;
using Virtward.Core.Net;

namespace Virtward.Core.Policy;

/// <summary>Where packets come from or go to, by interface and source network.</summary>
/// <param name="Name"><c>internet</c>, <c>management</c>, <c>vpn</c>, <c>guests</c>, or one of the admin's own.</param>
/// <param name="Interfaces">Interface names; a trailing <c>*</c> matches any rest.</param>
/// <param name="Sources">Source networks.</param>
public sealed record ZonePolicy(string Name, ImmutableArray<string> Interfaces, ImmutableArray<Prefix> Sources);
