using System.Collections.Immutable;

namespace Virtward.Core.Policy.Reading;

/// <summary>Keys with values of a YAML text (a mapping). Keys are unique: the second of two is a mistake and left out.</summary>
/// <param name="Entries">Its keys and values in order.</param>
/// <param name="Line">The line where it starts, from 1.</param>
/// <param name="Column">The column where it starts, from 1.</param>
public sealed record YamlMap(ImmutableArray<YamlEntry> Entries, int Line, int Column) : YamlItem(Line, Column)
{
    /// <inheritdoc/>
    public override string Describe() => "keys and values";
}
