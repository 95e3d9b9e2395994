namespace Virtward.Core.Policy.Reading;

/// <summary>One key of a <see cref="YamlMap"/> with its value.</summary>
/// <param name="Key">The key.</param>
/// <param name="Value">The value.</param>
public sealed record YamlEntry(YamlText Key, YamlItem Value);
