using System.Buffers;

namespace Virtward.Guard.Filters.Regexes.Bytes;

/// <summary>One instruction of a compiled expression. It knows its successors, so that a program is a graph and needs no counter.</summary>
public sealed class Instruction
{
    /// <summary>What stands for a character at the end of a text.</summary>
    public const int AtEnd = 128;

    /// <summary>Runs are mostly short: so many characters are looked at one by one, before a vector search pays.</summary>
    private const int ShortRun = 16;

    private readonly SearchValues<byte>? _values;
    private readonly byte? _stop;

    /// <summary>What it does.</summary>
    public required Opcode Code { get; init; }

    /// <summary>What follows; null for <see cref="Opcode.Accept"/>.</summary>
    public Instruction? Next { get; set; }

    /// <summary>The other way of a split or condition; what a look-around looks for.</summary>
    public Instruction? Other { get; set; }

    /// <summary>What a text may begin with where this instruction and all that follow match.</summary>
    public ByteSet First { get; set; }

    /// <summary>Whether it can match at the begin of the text only.</summary>
    public bool OnlyAtBegin { get; init; }

    /// <summary>Its number among those that can be gone back to.</summary>
    public int Index { get; init; } = -1;

    /// <summary>The group's number, three times.</summary>
    public int Group { get; init; }

    /// <summary>Which place an anchor asks for.</summary>
    public AnchorKind Anchor { get; init; }

    /// <summary>How far before the place a look-around begins; 0: it looks ahead.</summary>
    public int Back { get; init; }

    /// <summary>Whether what a look-around looks for must stand there.</summary>
    public bool Wanted { get; init; }

    /// <summary>The fewest characters of a run.</summary>
    public int Least { get; init; }

    /// <summary>The most characters of a run.</summary>
    public int Most { get; init; }

    /// <summary>A text at which a run stops, as in <c>(?:(?! from ).)*</c>; empty: none.</summary>
    public byte[] Barrier { get; init; } = [];

    /// <summary>The literal that a text begins with where this instruction and all that follow match; empty where there is none.</summary>
    public byte[] Prefix { get; init; } = [];

    /// <summary>The set of a set or a run; the end is not in it.</summary>
    public ByteSet Set
    {
        get;
        init
        {
            field = value;
            byte[] others = value.Others().Bytes();
            _stop = others.Length == 1 ? others[0] : null;
            _values = value.Values();
        }
    }

    /// <summary>The text of a literal.</summary>
    public byte[] Literal { get; init; } = [];

    /// <summary>
    /// What is to be executed here, by the kind of the next character (<see cref="CharacterKinds"/>): this itself, or what it leads to
    /// without anything being noted or taken, over any number of splits and empty runs; null: nothing can match. Empty where the next
    /// character leads nowhere else.
    /// </summary>
    public Instruction?[] Leads { get; set; } = [];

    /// <summary>Whether it may lead somewhere else.</summary>
    public bool MayLead => Code == Opcode.Split || MayBeEmpty;

    /// <summary>What is to be executed here, by the next character.</summary>
    /// <param name="character">The character, or <see cref="AtEnd"/>.</param>
    public Instruction? LeadOf(int character)
    {
        if (Code == Opcode.Split)
        {
            bool next = Next!.MayBegin(character);
            bool other = Other!.MayBegin(character);
            return next && other ? this : next ? Next.LeadOf(character) : other ? Other.LeadOf(character) : null;
        }

        bool empty = MayBeEmpty && (character == AtEnd || !Set.Contains((byte)character));
        return !MayBegin(character) ? null : empty ? Next!.LeadOf(character) : this;
    }

    /// <summary>What the first characters of a match from here on may be, each by itself, as far as that is plain.</summary>
    /// <param name="most">So many at most.</param>
    public ByteSet[] Head(int most)
    {
        var head = new List<ByteSet>();
        Instruction? at = this;
        while (at is not null && head.Count < most)
        {
            switch (at.Code)
            {
                case Opcode.Literal:
                    head.AddRange(at.Literal.Select(c => ByteSet.Of((char)c)));
                    break;
                case Opcode.Set:
                    head.Add(at.Set);
                    break;
                case Opcode.Anchor or Opcode.Look or Opcode.Begin or Opcode.End:
                    break;
                default:
                    // What comes next depends on the way. A run takes its least in any case, and the end is no character.
                    head.Add(at.First);
                    return [.. head.Take(most)];
            }

            at = at.Next;
        }

        return [.. head.Take(most)];
    }

    /// <summary>How many characters of the set, up to the most, stand at a place.</summary>
    public int RunLength(ReadOnlySpan<byte> text, int at)
    {
        ReadOnlySpan<byte> ahead = text[at..];
        ahead = ahead.Length > Most ? ahead[..Most] : ahead;
        if (_stop is { } stop)
        {
            int stops = ahead.IndexOf(stop);
            return Barred(stops < 0 ? ahead.Length : stops, text[at..]);
        }

        int run = 0;
        while (run < ahead.Length && Set.Contains(ahead[run]))
        {
            if (++run == ShortRun)
            {
                int more = ahead[run..].IndexOfAnyExcept(_values!);
                return Barred(more < 0 ? ahead.Length : run + more, text[at..]);
            }
        }

        return Barrier.Length == 0 ? run : Barred(run, text[at..]);
    }

    private int Barred(int run, ReadOnlySpan<byte> text)
    {
        int barrier = Barrier.Length == 0 ? -1 : text[..(int)Math.Min((long)run + Barrier.Length - 1, text.Length)].IndexOf(Barrier);
        return barrier < 0 ? run : Math.Min(run, barrier);
    }

    private bool MayBeEmpty => Code is Opcode.LongestRun or Opcode.GreedyRun or Opcode.LazyRun && Least == 0;

    private bool MayBegin(int character) => character == AtEnd ? First.End : First.Contains((byte)character);
}
