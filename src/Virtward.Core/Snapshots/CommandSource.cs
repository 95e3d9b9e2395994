using System.Collections.Immutable;
using Virtward.Core.Host;

namespace Virtward.Core.Snapshots;

/// <summary>A program whose output enters a snapshot. It must change nothing on the host and start nothing.</summary>
/// <param name="Name">The file's name in the snapshot, such as <c>audit/units.json</c>.</param>
/// <param name="Command">What is run.</param>
public sealed record CommandSource(string Name, Command Command)
{
    /// <summary>The same question about another root's files (<c>--root DIR</c>); null: it asks the running system, and is not asked for another root.</summary>
    public Func<string, Command>? InRoot { get; init; }

    /// <summary>The exit codes with which the output is an answer; empty: any.</summary>
    public ImmutableArray<int> GoodCodes { get; init; } = [0];

    /// <summary>Takes secrets out of the output; see <see cref="Cleaning"/>.</summary>
    public Func<string, string> Clean { get; init; } = Cleaning.Nothing;
}
