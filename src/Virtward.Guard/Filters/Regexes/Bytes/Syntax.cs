namespace Virtward.Guard.Filters.Regexes.Bytes;

/// <summary>A part of a regular expression, as <see cref="SyntaxReader"/> reads it.</summary>
/// <param name="Least">The fewest characters that it takes.</param>
/// <param name="Most">The most; <see cref="int.MaxValue"/>: no bound.</param>
/// <param name="Captures">Whether it holds a group that captures.</param>
/// <param name="Size">How many instructions it compiles to, loops unrolled.</param>
public abstract record Syntax(int Least, int Most, bool Captures, int Size)
{
    /// <summary>Whether it always takes as many characters.</summary>
    public bool IsFixed => Least == Most;

    private static int Sum(IEnumerable<int> numbers) => (int)Math.Min(numbers.Sum(number => (long)number), int.MaxValue);

    private static int Product(int left, int right) => (int)Math.Min((long)left * right, int.MaxValue);

    /// <summary>One character.</summary>
    /// <param name="Of">Which it may be.</param>
    public sealed record Set(ByteSet Of) : Syntax(1, 1, false, 1);

    /// <summary>A place between characters.</summary>
    /// <param name="Kind">Which.</param>
    public sealed record Anchor(AnchorKind Kind) : Syntax(0, 0, false, 1);

    /// <summary>Parts in a row.</summary>
    /// <param name="Parts">The parts.</param>
    public sealed record Sequence(IReadOnlyList<Syntax> Parts)
        : Syntax(Sum(Parts.Select(part => part.Least)), Sum(Parts.Select(part => part.Most)), Parts.Any(part => part.Captures), Sum(Parts.Select(part => part.Size)));

    /// <summary>Alternatives.</summary>
    /// <param name="Branches">The alternatives, at least one.</param>
    public sealed record Choice(IReadOnlyList<Syntax> Branches)
        : Syntax(Branches.Min(branch => branch.Least), Branches.Max(branch => branch.Most), Branches.Any(branch => branch.Captures), Sum(Branches.Select(branch => branch.Size)) + 1);

    /// <summary>A group that captures.</summary>
    /// <param name="Number">Its number.</param>
    /// <param name="Body">What it holds.</param>
    public sealed record Group(int Number, Syntax Body) : Syntax(Body.Least, Body.Most, true, Body.Size + 2);

    /// <summary>What must, or must not, stand there.</summary>
    /// <param name="Body">It; without groups.</param>
    /// <param name="Behind">Whether it stands before the place; then its width is fixed.</param>
    /// <param name="Wanted">Whether it must stand there.</param>
    public sealed record Look(Syntax Body, bool Behind, bool Wanted) : Syntax(0, 0, false, Body.Size + 2);

    /// <summary>One of two parts, by whether a group took part.</summary>
    /// <param name="Number">The group's number.</param>
    /// <param name="Yes">The part where it did.</param>
    /// <param name="No">The part where it did not.</param>
    public sealed record Condition(int Number, Syntax Yes, Syntax No)
        : Syntax(Math.Min(Yes.Least, No.Least), Math.Max(Yes.Most, No.Most), Yes.Captures || No.Captures, Yes.Size + No.Size + 1);

    /// <summary>The text of a group once more.</summary>
    /// <param name="Number">The group's number.</param>
    public sealed record SameAs(int Number) : Syntax(0, int.MaxValue, false, 1);

    /// <summary>A part again and again.</summary>
    /// <param name="Body">The part.</param>
    /// <param name="From">The fewest times.</param>
    /// <param name="To">The most; <see cref="int.MaxValue"/>: no bound.</param>
    /// <param name="Lazy">Whether fewer are tried before more.</param>
    public sealed record Loop(Syntax Body, int From, int To, bool Lazy)
        : Syntax(
            Product(Body.Least, From),
            Body.Most == 0 ? 0 : Product(Body.Most, To),
            Body.Captures,
            RunOf(Body) is null ? Product(Body.Size + 1, Math.Max(To == int.MaxValue ? From + 1 : To, 1)) : 1)
    {
        /// <summary>Whether engines agree on it: on rounds that take nothing they differ in small print.</summary>
        public bool IsSound => Body.Least > 0 || (Body.Most > 0 && From == 0 && To == 1 && !Body.Captures);

        /// <summary>
        /// What the loop is where it takes characters of one set: the set, and a text before which it stops, as in
        /// <c>(?:(?! from ).)*</c>; null where it takes anything else.
        /// </summary>
        public (ByteSet Set, byte[] Barrier)? Run => RunOf(Body);

        private static (ByteSet Set, byte[] Barrier)? RunOf(Syntax body) => Flattened(body).ToList() switch
        {
            [Set one] => (one.Of, []),
            [Look { Behind: false, Wanted: false } not, Set one] when TextOf(not.Body) is { } barrier => (one.Of, barrier),
            _ => null,
        };

        private static byte[]? TextOf(Syntax body)
        {
            byte?[] text = [.. Flattened(body).Select(part => (part as Set)?.Of.Single)];
            return text.Length > 0 && text.All(c => c is not null) ? [.. text.Select(c => c!.Value)] : null;
        }

        private static IEnumerable<Syntax> Flattened(Syntax body) => body is Sequence sequence ? sequence.Parts.SelectMany(Flattened) : [body];
    }
}
