using System.Collections.Immutable;

namespace Virtward.Guard.Filters.Needles;

/// <summary>What the lines of one template or expression look like: texts that all stand in each of them.</summary>
/// <param name="Texts">The texts, as bytes.</param>
public sealed record Signature(ImmutableArray<byte[]> Texts)
{
    /// <summary>All that could be looked for instead of the whole: each run of four ASCII characters in a text.</summary>
    public IEnumerable<uint> Needles => Texts.SelectMany(Windows).Where(Needle.IsAscii).Distinct();

    private static IEnumerable<uint> Windows(byte[] text) =>
        Enumerable.Range(0, Math.Max(text.Length - Needle.Length + 1, 0)).Select(at => Needle.At(text.AsSpan(at)));
}
