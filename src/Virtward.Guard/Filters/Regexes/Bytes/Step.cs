using System.Runtime.CompilerServices;

namespace Virtward.Guard.Filters.Regexes.Bytes;

/// <summary>
/// One step of a compiled expression, with all that follow it: each step tries its own possibilities in the order in which a
/// backtracking engine does, and hands each on to the next step until the last one accepts.
/// </summary>
/// <param name="first">What a text may begin with where this step and all that follow match.</param>
public abstract class Step(ByteSet first)
{
    /// <summary>What a text may begin with where this step and all that follow match: most branches end here, before a call.</summary>
    public ByteSet First { get; protected set; } = first;

    /// <summary>The literal that every match begins with; empty where there is none.</summary>
    public virtual ReadOnlySpan<byte> Prefix => default;

    /// <summary>Whether it can match at the begin of the text only.</summary>
    public virtual bool OnlyAtBegin => false;

    /// <summary>Matches from a place on, to the end of the expression.</summary>
    public abstract bool Match(ref ByteSearch search, int at);

    /// <summary>Matches where the character there allows it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Try(ref ByteSearch search, int at) => First.Admits(search.Text, at) && Match(ref search, at);
}
