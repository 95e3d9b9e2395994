using Virtward.Core.Net;
using Virtward.Core.Time;

namespace Virtward.Guard.Store;

/// <summary>Which bans are asked for; every part that is set narrows it.</summary>
public sealed record BanQuery
{
    /// <summary>Only those in force at this time; null: past ones too.</summary>
    public UnixTime? InForceAt { get; init; }

    /// <summary>Only those that concern this address or prefix: banned itself, or inside, or around it.</summary>
    public Prefix? Target { get; init; }

    /// <summary>Only those of this jail.</summary>
    public string? Jail { get; init; }

    /// <summary>How many at most.</summary>
    public int Limit { get; init; } = int.MaxValue;
}
