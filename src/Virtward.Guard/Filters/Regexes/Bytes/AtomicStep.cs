namespace Virtward.Guard.Filters.Regexes.Bytes;

/// <summary>A part whose first way to match is its only one: <c>(?&gt;…)</c>.</summary>
/// <param name="body">The part, up to its own end.</param>
/// <param name="next">What follows.</param>
public sealed class AtomicStep(Step body, Step next) : Step(body.First)
{
    /// <inheritdoc/>
    public override bool Match(ref ByteSearch search, int at) => body.Match(ref search, at) && next.Try(ref search, search.End);
}
