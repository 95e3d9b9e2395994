namespace Virtward.Guard.Filters.Regexes.Bytes;

/// <summary>What must, or must not, stand after a place or before it; it takes nothing.</summary>
/// <param name="body">It, up to its own end.</param>
/// <param name="back">How far before the place it begins; 0: it stands after it.</param>
/// <param name="wanted">Whether it must stand there.</param>
/// <param name="next">What follows.</param>
public sealed class LookStep(Step body, int back, bool wanted, Step next) : Step(next.First)
{
    /// <inheritdoc/>
    public override bool OnlyAtBegin => next.OnlyAtBegin;

    /// <inheritdoc/>
    public override bool Match(ref ByteSearch search, int at) =>
        (at >= back && body.Try(ref search, at - back)) == wanted && next.Try(ref search, at);
}
