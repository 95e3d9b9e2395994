using System.Buffers.Binary;

namespace Virtward.Guard.Filters.Regexes.Bytes;

/// <summary>
/// The instructions of an expression laid out for a search: steps in a row instead of a graph of objects, with whatever follows a step
/// without a choice made part of it.
/// </summary>
internal sealed class StepProgram
{
    /// <summary>The marks that a step can bear, a byte each.</summary>
    private const int MostMarks = 4;

    private static readonly ByteSet Digits = ByteSet.Where(char.IsAsciiDigit);

    private readonly List<Instruction> _instructions = [];
    private readonly Dictionary<Instruction, int> _places = new(ReferenceEqualityComparer.Instance);
    private readonly List<int> _leads = [];
    private readonly Step[] _steps;

    /// <summary>Lays a program out.</summary>
    /// <param name="first">Its first instruction.</param>
    /// <param name="kinds">The kinds of characters that it tells apart.</param>
    public StepProgram(Instruction first, CharacterKinds kinds)
    {
        PlaceOf(first);
        var steps = new List<Step>();
        for (int index = 0; index < _instructions.Count; index++)
        {
            steps.Add(StepOf(_instructions[index]));
        }

        _steps = [.. steps];
        Instructions = [.. _instructions];
        Leads = [.. _leads];
        Kinds = kinds.Of.ToArray();
    }

    /// <summary>The steps; the first is where a search begins.</summary>
    public ReadOnlySpan<Step> Steps => _steps;

    /// <summary>The instruction that each step was made of.</summary>
    public Instruction[] Instructions { get; }

    /// <summary>The tables of what is to be executed, by the kind of the next character; <see cref="Step.None"/>: nothing can match.</summary>
    public int[] Leads { get; }

    /// <summary>The kinds of characters.</summary>
    public byte[] Kinds { get; }

    private int PlaceOf(Instruction? instruction)
    {
        if (instruction is null)
        {
            return Step.None;
        }

        if (!_places.TryGetValue(instruction, out int place))
        {
            place = _instructions.Count;
            _places.Add(instruction, place);
            _instructions.Add(instruction);
        }

        return place;
    }

    private Step StepOf(Instruction instruction)
    {
        var step = new Step
        {
            Code = instruction.Code,
            Least = instruction.Least,
            Most = instruction.Most,
            Next = Step.None,
            Other = Step.None,
            Leads = instruction.Leads.Length > 0 ? Table(instruction.Leads) : Step.None,
        };
        switch (instruction.Code)
        {
            case Opcode.Literal:
                (step.Low, step.Shift) = Word(instruction.Literal);
                step.Least = instruction.Literal.Length;
                break;
            case Opcode.Set:
                (step.Low, step.High) = NibbleSet.Of(instruction.Set);
                break;
            case Opcode.LongestRun or Opcode.GreedyRun or Opcode.LazyRun:
                (step.Low, step.High) = NibbleSet.Of(instruction.Set);
                step.Traits = (instruction.Set.Others().Single is null ? 0 : StepTraits.OneStop) | (instruction.Barrier.Length > 0 ? StepTraits.Barred : 0);
                step.Other = instruction.Set.Others().Single ?? Step.None;
                break;
            case Opcode.Anchor:
                step.Least = (int)instruction.Anchor;
                break;
            case Opcode.Split:
                // No note where the text at hand rules one of the ways out.
                bool next = instruction.Next!.Prefix.Length > 1;
                byte[] text = next ? instruction.Next.Prefix : instruction.Other!.Prefix;
                step.Traits = text.Length < 2 ? 0 : next ? StepTraits.NextHasText : StepTraits.OtherHasText;
                (step.High, step.Shift) = Word(text);
                (step.Next, step.Other) = (PlaceOf(instruction.Next), PlaceOf(instruction.Other));
                return step;
            case Opcode.Begin or Opcode.End:
                step.Least = MarkOf(instruction);
                if (instruction.Code == Opcode.Begin && AfterDotted(instruction) is { } last)
                {
                    (step.Code, step.Next) = (Opcode.Dotted, PlaceOf(last));
                    return step;
                }

                break;
            case Opcode.Look:
                step.Most = instruction.Back;
                step.Traits = instruction.Wanted ? StepTraits.Wanted : 0;
                if (TextAhead(instruction) is { } ahead)
                {
                    (step.Code, step.Other) = (Opcode.TextAhead, PlaceOf(ahead));
                }
                else
                {
                    step.Other = PlaceOf(instruction.Other);
                }

                break;
            case Opcode.Condition:
                step.Least = instruction.Group / 3;
                (step.Next, step.Other) = (PlaceOf(instruction.Next), PlaceOf(instruction.Other));
                return step;
            case Opcode.SameAs:
                step.Least = instruction.Group / 3;
                break;
        }

        if (instruction.Next is { } after)
        {
            Follow(ref step, after);
        }

        return step;
    }

    // What follows without a choice: groups' borders, a text, and borders again.
    private void Follow(ref Step step, Instruction after)
    {
        step.Marks = Marks(ref after);
        if (after.Code == Opcode.Literal)
        {
            (step.Tail, step.TailShift) = Word(after.Literal);
            (step.TailLength, step.TailText) = ((ushort)after.Literal.Length, PlaceOf(after));
            after = after.Next!;
            step.TailMarks = Marks(ref after);
        }

        step.Next = PlaceOf(after);
    }

    private static uint Marks(ref Instruction at)
    {
        uint marks = 0;
        for (int count = 0; count < MostMarks && at.Code is Opcode.Begin or Opcode.End && MarkOf(at) < byte.MaxValue; count++)
        {
            marks |= (uint)(MarkOf(at) + 1) << (8 * count);
            at = at.Next!;
        }

        return marks;
    }

    // The run after three numbers with a point after each; null: something else follows.
    private static Instruction? AfterDotted(Instruction begin)
    {
        Instruction at = begin.Next!;
        for (int numbers = 0; numbers < 3; numbers++)
        {
            if (at is not { Code: Opcode.LongestRun, Least: 1, Most: 3, Barrier.Length: 0, Next: { Code: Opcode.Literal, Literal: [(byte)'.'] } point } || at.Set != Digits)
            {
                return null;
            }

            at = point.Next!;
        }

        return at;
    }

    // A look for a text anywhere ahead.
    private static Instruction? TextAhead(Instruction look) =>
        look is { Back: 0, Other: { Code: Opcode.LazyRun or Opcode.GreedyRun, Least: 0, Most: int.MaxValue, Barrier.Length: 0 } run }
        && run.Set.Bytes().Length == Instruction.AtEnd
        && run.Next is { Code: Opcode.Literal, Next.Code: Opcode.Accept } text
            ? text
            : null;

    private int Table(Instruction?[] leads)
    {
        int start = _leads.Count;
        int[] places = [.. leads.Select(PlaceOf)];
        _leads.AddRange(places);
        return start;
    }

    private static int MarkOf(Instruction border) => (2 * (border.Group / 3)) + (border.Code == Opcode.End ? 1 : 0);

    private static (ulong Word, byte Shift) Word(byte[] text)
    {
        Span<byte> word = stackalloc byte[sizeof(ulong)];
        int length = Math.Min(text.Length, sizeof(ulong));
        text.AsSpan(0, length).CopyTo(word);
        return (BinaryPrimitives.ReadUInt64LittleEndian(word), (byte)(length == 0 ? 0 : 8 * (sizeof(ulong) - length)));
    }
}
