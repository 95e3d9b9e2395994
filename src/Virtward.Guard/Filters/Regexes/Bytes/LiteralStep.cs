namespace Virtward.Guard.Filters.Regexes.Bytes;

/// <summary>A text that stands there as it is.</summary>
public sealed class LiteralStep : Step
{
    private readonly byte[] _text;
    private readonly Step _next;

    private LiteralStep(byte[] text, Step next)
        : base(ByteSet.Of((char)text[0]))
    {
        _text = text;
        _next = next;
    }

    /// <inheritdoc/>
    public override ReadOnlySpan<byte> Prefix => _text;

    /// <summary>One character before a step; literals grow together.</summary>
    public static LiteralStep Before(byte c, Step next) =>
        next is LiteralStep literal ? new LiteralStep([c, .. literal._text], literal._next) : new LiteralStep([c], next);

    /// <inheritdoc/>
    public override bool Match(ref ByteSearch search, int at) =>
        search.Text[at..].StartsWith(_text) && _next.Try(ref search, at + _text.Length);
}
