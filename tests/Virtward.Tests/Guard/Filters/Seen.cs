using Virtward.Core.Net;
using Virtward.Core.Time;
using Virtward.Guard.Sightings;

namespace Virtward.Tests.Guard.Filters;

/// <summary>A sighting, copied so that it outlives its line.</summary>
public sealed record Seen(int Filter, Address Address, string User, string Rule, SightingKind Kind, int Attempts, UnixTime Time);
