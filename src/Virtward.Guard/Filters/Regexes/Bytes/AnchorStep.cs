namespace Virtward.Guard.Filters.Regexes.Bytes;

/// <summary>A place between characters: <c>^</c>, <c>$</c>, <c>\b</c> and their kin.</summary>
/// <param name="kind">Which.</param>
/// <param name="next">What follows.</param>
public sealed class AnchorStep(AnchorKind kind, Step next) : Step(FirstOf(kind, next.First))
{
    /// <inheritdoc/>
    public override ReadOnlySpan<byte> Prefix => next.Prefix;

    /// <inheritdoc/>
    public override bool OnlyAtBegin => kind == AnchorKind.Begin || next.OnlyAtBegin;

    /// <inheritdoc/>
    public override bool Match(ref ByteSearch search, int at) => Holds(search.Text, at) && next.Try(ref search, at);

    private static ByteSet FirstOf(AnchorKind kind, ByteSet next) => kind switch
    {
        AnchorKind.LineEnd or AnchorKind.LastLineEnd => new ByteSet(1UL << '\n', 0, true),
        AnchorKind.End => new ByteSet(0, 0, true),
        _ => next,
    };

    private bool Holds(ReadOnlySpan<byte> text, int at) => kind switch
    {
        AnchorKind.Begin => at == 0,
        AnchorKind.LineBegin => at == 0 || text[at - 1] == '\n',
        AnchorKind.End => at == text.Length,
        AnchorKind.LastLineEnd => at == text.Length || (at == text.Length - 1 && text[at] == '\n'),
        AnchorKind.LineEnd => at == text.Length || text[at] == '\n',
        AnchorKind.WordEdge => IsWord(text, at - 1) != IsWord(text, at),
        _ => IsWord(text, at - 1) == IsWord(text, at),
    };

    private static bool IsWord(ReadOnlySpan<byte> text, int at) =>
        (uint)at < (uint)text.Length && (char.IsAsciiLetterOrDigit((char)text[at]) || text[at] == '_');
}
