using System.Collections.Immutable;

namespace Virtward.Core.Policy.Reading;

/// <summary>A list of a YAML text (a sequence).</summary>
/// <param name="Items">Its items in order.</param>
/// <param name="Line">The line where it starts, from 1.</param>
/// <param name="Column">The column where it starts, from 1.</param>
public sealed record YamlList(ImmutableArray<YamlItem> Items, int Line, int Column) : YamlItem(Line, Column)
{
    /// <inheritdoc/>
    public override string Describe() => "a list";
}
