using System.Collections.Immutable;
using Virtward.Core.Policy;

namespace Virtward.Guard.Filters.Definitions;

/// <summary>A filter, as its file has it: see docs/filters.md.</summary>
public sealed record FilterDefinition
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>What it finds, in one sentence.</summary>
    public string About { get; init; } = "";

    /// <summary>The syslog tags that it listens to, exact, or with a <c>*</c> at the end; empty: any.</summary>
    public ImmutableArray<string> Programs { get; init; } = [];

    /// <summary>The systemd units whose journal entries it trusts; <c>*</c> stands for any text.</summary>
    public ImmutableArray<string> Units { get; init; } = [];

    /// <summary>Whether lines have a syslog header, which is taken off; without one, rules see the whole line.</summary>
    public bool HasHeader { get; init; } = true;

    /// <summary>The log files that a jail follows when its policy names none.</summary>
    public ImmutableArray<string> Logs { get; init; } = [];

    /// <summary>The ports that a jail closes when its policy says "the service's".</summary>
    public ImmutableArray<PortScope> Ports { get; init; } = [];

    /// <summary>The modes that it knows, the default one first; empty: it has none.</summary>
    public ImmutableArray<string> Modes { get; init; } = [];

    /// <summary>Its rules, in order: the first that matches a line decides.</summary>
    public required ImmutableArray<RuleDefinition> Rules { get; init; }
}
