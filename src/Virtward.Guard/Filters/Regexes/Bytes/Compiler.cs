namespace Virtward.Guard.Filters.Regexes.Bytes;

/// <summary>Compiles the syntax of an expression into instructions, from its end to its begin, so that each knows what follows it.</summary>
public sealed class Compiler
{
    private readonly List<Instruction> _resumable = [];

    /// <summary>The instructions that a search can go back to, by their index.</summary>
    public Instruction[] Resumable => [.. _resumable];

    /// <summary>Compiles an expression.</summary>
    /// <param name="syntax">The expression.</param>
    /// <returns>Its first instruction.</returns>
    public Instruction Compile(Syntax syntax) => Compile(syntax, Accept());

    private static Instruction Accept() => new() { Code = Opcode.Accept, First = ByteSet.All };

    private Instruction Compile(Syntax syntax, Instruction next) => syntax switch
    {
        Syntax.Set set => One(set.Of, next),
        Syntax.Anchor anchor => Anchor(anchor.Kind, next),
        Syntax.Sequence sequence => sequence.Parts.Reverse().Aggregate(next, (after, part) => Compile(part, after)),
        Syntax.Choice choice => choice.Branches.Reverse().Select(branch => Compile(branch, next)).Aggregate((others, branch) => Split(branch, others)),
        Syntax.Group group => Border(Opcode.Begin, group, Compile(group.Body, Border(Opcode.End, group, next))),
        Syntax.Look look => Look(look, next),
        Syntax.Condition condition => Condition(condition, next),
        Syntax.SameAs same => new Instruction { Code = Opcode.SameAs, Group = 3 * same.Number, First = ByteSet.All, Next = next },
        Syntax.Loop loop => Loop(loop, next),
        _ => throw new ArgumentOutOfRangeException(nameof(syntax)),
    };

    private static Instruction One(ByteSet set, Instruction next)
    {
        if (set.Single is not { } c)
        {
            return new Instruction { Code = Opcode.Set, Set = set, First = set, Next = next };
        }

        // Characters in a row grow together to one literal.
        bool more = next.Code == Opcode.Literal;
        byte[] text = more ? [c, .. next.Literal] : [c];
        return new Instruction { Code = Opcode.Literal, Literal = text, Prefix = text, First = set, Next = more ? next.Next : next };
    }

    private static Instruction Anchor(AnchorKind kind, Instruction next) => new()
    {
        Code = Opcode.Anchor,
        Anchor = kind,
        First = kind switch
        {
            AnchorKind.LineEnd or AnchorKind.LastLineEnd => new ByteSet(1UL << '\n', 0, true),
            AnchorKind.End => new ByteSet(0, 0, true),
            _ => next.First,
        },
        Prefix = next.Prefix,
        OnlyAtBegin = kind == AnchorKind.Begin || next.OnlyAtBegin,
        Next = next,
    };

    /// <summary>Where a group begins or ends.</summary>
    private Instruction Border(Opcode code, Syntax.Group group, Instruction next)
    {
        var border = new Instruction
        {
            Code = code,
            Group = 3 * group.Number,
            First = next.First,
            Prefix = next.Prefix,
            OnlyAtBegin = next.OnlyAtBegin,
            Index = _resumable.Count,
            Next = next,
        };
        _resumable.Add(border);
        return border;
    }

    private Instruction Look(Syntax.Look look, Instruction next) => new()
    {
        Code = Opcode.Look,
        Other = Compile(look.Body, Accept()),
        Back = look.Behind ? look.Body.Least : 0,
        Wanted = look.Wanted,
        First = next.First,
        OnlyAtBegin = next.OnlyAtBegin,
        Next = next,
    };

    private Instruction Condition(Syntax.Condition condition, Instruction next)
    {
        (Instruction yes, Instruction no) = (Compile(condition.Yes, next), Compile(condition.No, next));
        return new Instruction { Code = Opcode.Condition, Group = 3 * condition.Number, First = yes.First.Or(no.First), Next = yes, Other = no };
    }

    private Instruction Split(Instruction preferred, Instruction other)
    {
        var split = new Instruction
        {
            Code = Opcode.Split,
            First = preferred.First.Or(other.First),
            OnlyAtBegin = preferred.OnlyAtBegin && other.OnlyAtBegin,
            Index = _resumable.Count,
            Next = preferred,
            Other = other,
        };
        _resumable.Add(split);
        return split;
    }

    private Instruction Loop(Syntax.Loop loop, Instruction next) =>
        loop.Run is var (set, barrier) ? Run(loop, set, barrier, next) : Unrolled(loop, loop.From, loop.To, next);

    private Instruction Run(Syntax.Loop loop, ByteSet set, byte[] barrier, Instruction next)
    {
        var run = new Instruction
        {
            // Where what follows cannot begin within the run, only its end is worth a try.
            Code = !set.Shares(next.First) ? Opcode.LongestRun : loop.Lazy ? Opcode.LazyRun : Opcode.GreedyRun,
            Set = set,
            Barrier = barrier,
            Least = loop.From,
            Most = loop.To,
            First = loop.From > 0 ? set : set.Or(next.First),
            Index = _resumable.Count,
            Next = next,
        };
        _resumable.Add(run);
        return run;
    }

    private Instruction Unrolled(Syntax.Loop loop, int from, int to, Instruction next)
    {
        if (to == 0)
        {
            return next;
        }

        if (from == 0 && to == int.MaxValue)
        {
            return Endless(loop, next);
        }

        Instruction once = Compile(loop.Body, Unrolled(loop, Math.Max(from - 1, 0), to == int.MaxValue ? to : to - 1, next));
        return from > 0 ? once : loop.Lazy ? Split(next, once) : Split(once, next);
    }

    // The body leads back to the split that chooses between a further round and what follows. Until the body is known, what may come
    // after a round is unknown, so that it may be anything.
    private Instruction Endless(Syntax.Loop loop, Instruction next)
    {
        var split = new Instruction { Code = Opcode.Split, First = ByteSet.All, Index = _resumable.Count };
        _resumable.Add(split);
        Instruction body = Compile(loop.Body, split);
        (split.Next, split.Other) = loop.Lazy ? (next, body) : (body, next);
        split.First = split.Next.First.Or(split.Other.First);
        return split;
    }
}
