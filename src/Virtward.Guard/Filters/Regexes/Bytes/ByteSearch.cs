using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Virtward.Guard.Filters.Regexes.Bytes;

/// <summary>
/// One search of one text: a backtracking machine. Where two ways are open it notes the second and takes the first; where a way ends, it
/// goes back to the last note. Where only one is open, which the next character or text mostly tells, it notes nothing. Where groups
/// begin and end is written down in the order in which the search comes by; going back forgets what was written since.
/// </summary>
/// <param name="text">The text, ASCII.</param>
/// <param name="program">What is executed.</param>
/// <param name="notes">Room for some notes, so that most searches need no other.</param>
/// <param name="marks">Room for some marks.</param>
/// <param name="budget">How often it may go back, and as much as that costs otherwise.</param>
internal ref struct ByteSearch(ReadOnlySpan<byte> text, StepProgram program, Note[] notes, Mark[] marks, int budget)
{
    /// <summary>So much room for notes, a megabyte, and the search is given up.</summary>
    private const int MostNotes = 1 << 16;

    /// <summary>So many marks: what a loop over the longest line can make.</summary>
    private const int MostMarks = 1 << 18;

    private readonly ReadOnlySpan<byte> _text = text;
    private readonly StepProgram _program = program;
    private readonly ReadOnlySpan<Step> _steps = program.Steps;
    private Note[] _notes = notes;
    private Mark[] _marks = marks;
    private Note[]? _rentedNotes;
    private Mark[]? _rentedMarks;
    private int _noted;
    private int _marked;
    private int _left = budget;

    /// <summary>Whether the search was given up: its outcome means nothing.</summary>
    public readonly bool GaveUp => _left < 0;

    /// <summary>Gives back the room that was borrowed.</summary>
    public readonly void Dispose()
    {
        if (_rentedNotes is not null)
        {
            ArrayPool<Note>.Shared.Return(_rentedNotes);
        }

        if (_rentedMarks is not null)
        {
            ArrayPool<Mark>.Shared.Return(_rentedMarks);
        }
    }

    /// <summary>Runs the program from a place of the text.</summary>
    /// <param name="at">The place.</param>
    /// <returns>Where the match ends; -1: there is none.</returns>
    public int Match(int at)
    {
        _marked = 0;
        return Match(0, at);
    }

    // Runs it from a step. (Optimized at once: it is nearly all that a filter of expressions does.)
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int Match(int first, int at)
    {
        ReadOnlySpan<byte> text = _text;
        ReadOnlySpan<Step> steps = _steps;
        ReadOnlySpan<int> leads = _program.Leads;
        ReadOnlySpan<byte> kinds = _program.Kinds;
        int floor = _noted;
        int next = first;
        while (true)
        {
            ref readonly Step step = ref steps[next];
            if (step.Leads >= 0)
            {
                next = leads[step.Leads + kinds[at < text.Length ? text[at] : Instruction.AtEnd]];
                if (next < 0)
                {
                    goto Back;
                }

                step = ref steps[next];
            }

            // A case that leads on breaks out; one that does not goes back.
            switch (step.Code)
            {
                case Opcode.Literal:
                    if (!Stands(text, at, step.Low, step.Shift, step.Least, next))
                    {
                        goto Back;
                    }

                    at += step.Least;
                    break;
                case Opcode.Set:
                    if (at >= text.Length || !NibbleSet.Contains(step.Low, step.High, text[at]))
                    {
                        goto Back;
                    }

                    at++;
                    break;
                case Opcode.LongestRun:
                    int run = RunLength(step, next, at);
                    if (run < step.Least)
                    {
                        goto Back;
                    }

                    at += run;
                    break;
                case Opcode.GreedyRun or Opcode.LazyRun:
                    int length = RunLength(step, next, at);
                    int place = length <= step.Least ? at + length : Choose(next, at + step.Least, at + length);
                    if (length < step.Least || place < 0)
                    {
                        goto Back;
                    }

                    at = place;
                    break;
                case Opcode.Split:
                    if ((step.Traits & (StepTraits.NextHasText | StepTraits.OtherHasText)) != 0 && !StandsInShort(text, at, step.High, step.Shift))
                    {
                        next = (step.Traits & StepTraits.NextHasText) != 0 ? step.Other : step.Next;
                        continue;
                    }

                    if (!Take(next, at, 0))
                    {
                        goto Back;
                    }

                    next = step.Next;
                    continue;
                case Opcode.Begin or Opcode.End:
                    if (!Put(step.Least, at))
                    {
                        goto Back;
                    }

                    break;
                case Opcode.Dotted:
                    int dotted = DottedNumbers.Length(text, at);
                    if (dotted < 0 || !Put(step.Least, at))
                    {
                        goto Back;
                    }

                    at += dotted;
                    break;
                case Opcode.Anchor:
                    if (step.Least == (int)AnchorKind.Begin ? at > 0 : !Holds((AnchorKind)step.Least, at))
                    {
                        goto Back;
                    }

                    break;
                case Opcode.Look:
                    if (!Spend(0) || (at >= step.Most && Match(step.Other, at - step.Most) >= 0) != ((step.Traits & StepTraits.Wanted) != 0))
                    {
                        goto Back;
                    }

                    break;
                case Opcode.TextAhead:
                    if (!Spend(text.Length - at) || (text[at..].IndexOf(_program.Instructions[step.Other].Literal) >= 0) != ((step.Traits & StepTraits.Wanted) != 0))
                    {
                        goto Back;
                    }

                    break;
                case Opcode.Condition:
                    next = Last(step.Least, out _) ? step.Next : step.Other;
                    continue;
                case Opcode.SameAs:
                    int again = Again(step.Least, at);
                    if (again < 0)
                    {
                        goto Back;
                    }

                    at += again;
                    break;
                default:
                    _noted = floor;
                    return at;
            }

        On:
            if (step.Marks != 0 && !PutAll(step.Marks, at))
            {
                goto Back;
            }

            if (step.TailLength > 0)
            {
                if (!Stands(text, at, step.Tail, step.TailShift, step.TailLength, step.TailText))
                {
                    goto Back;
                }

                at += step.TailLength;
                if (step.TailMarks != 0 && !PutAll(step.TailMarks, at))
                {
                    goto Back;
                }
            }

            next = step.Next;
            continue;

        Back:
            while (true)
            {
                if (_noted <= floor || !Spend(1))
                {
                    _noted = floor;
                    return -1;
                }

                ref readonly Note note = ref _notes[--_noted];
                _marked = note.Marks;
                next = note.Step;
                step = ref steps[next];
                if (step.Code == Opcode.Split)
                {
                    _ = Spend(Math.Abs(at - note.Left));
                    at = note.Left;
                    next = step.Other;
                    break;
                }

                int chosen = Choose(next, note.Left, note.Right);
                if (chosen >= 0)
                {
                    at = chosen;
                    goto On;
                }
            }
        }
    }

    /// <summary>Where the groups stand that took part in the match.</summary>
    /// <param name="groups">Three numbers a group: where it begins, where it ends, where it was last entered; -1 where it took no part.</param>
    public readonly void TakeGroups(Span<int> groups)
    {
        groups.Fill(-1);
        foreach (ref readonly Mark mark in _marks.AsSpan(0, _marked))
        {
            int group = 3 * (mark.What >> 1);
            if ((mark.What & 1) == 0)
            {
                groups[group + 2] = mark.At;
            }
            else
            {
                groups[group] = groups[group + 2];
                groups[group + 1] = mark.At;
            }
        }
    }

    // Whether a text stands at a place: by its first eight characters, then whole.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly bool Stands(ReadOnlySpan<byte> text, int at, ulong word, int shift, int length, int index)
    {
        ReadOnlySpan<byte> rest = text[at..];
        return rest.Length >= sizeof(ulong)
            ? (BinaryPrimitives.ReadUInt64LittleEndian(rest) ^ word) << shift == 0 && (length <= sizeof(ulong) || rest.StartsWith(_program.Instructions[index].Literal))
            : rest.StartsWith(_program.Instructions[index].Literal);
    }

    // Whether the first characters of a text, up to eight, may stand at a place; near the end it is not looked at.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool StandsInShort(ReadOnlySpan<byte> text, int at, ulong word, int shift)
    {
        ReadOnlySpan<byte> rest = text[at..];
        return rest.Length < sizeof(ulong) || (BinaryPrimitives.ReadUInt64LittleEndian(rest) ^ word) << shift == 0;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly int RunLength(in Step step, int index, int at)
    {
        if ((step.Traits & StepTraits.Barred) != 0)
        {
            return _program.Instructions[index].RunLength(_text, at);
        }

        if ((step.Traits & StepTraits.OneStop) != 0)
        {
            int stop = _text[at..].IndexOf((byte)step.Other);
            return Math.Min(stop < 0 ? _text.Length - at : stop, step.Most);
        }

        return Math.Min(NibbleSet.RunLength(step.Low, step.High, _text, at), step.Most);
    }

    // Takes from the budget, by how many characters were gone through.
    private bool Spend(int characters)
    {
        _left -= 1 + (characters >> 4);
        return _left >= 0;
    }

    // Where a run ends, within bounds: the first or last place, as it prefers, at which what follows may begin. The others are noted.
    private int Choose(int index, int first, int last)
    {
        Instruction step = _program.Instructions[index];
        if (step.Code == Opcode.GreedyRun)
        {
            int at = LastPlace(step.Next!, first, last);
            return !Spend(last - at) || at < first || (at > first && !Take(index, first, at - 1)) ? -1 : at;
        }
        else
        {
            int at = FirstPlace(step.Next!, first, last);
            return !Spend(at - first) || at > last || (at < last && !Take(index, at + 1, last)) ? -1 : at;
        }
    }

    private readonly int LastPlace(Instruction next, int first, int last)
    {
        if (next.Prefix.Length > 1)
        {
            int found = _text[first..Math.Min(last + next.Prefix.Length, _text.Length)].LastIndexOf(next.Prefix);
            return first + found;
        }

        while (last >= first && !MayBegin(next, last))
        {
            last--;
        }

        return last;
    }

    private readonly int FirstPlace(Instruction next, int first, int last)
    {
        if (next.Prefix.Length > 1)
        {
            int found = _text[first..Math.Min(last + next.Prefix.Length, _text.Length)].IndexOf(next.Prefix);
            return found < 0 ? last + 1 : first + found;
        }

        while (first <= last && !MayBegin(next, first))
        {
            first++;
        }

        return first;
    }

    // By one character, or by two where one is all that comes first.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly bool MayBegin(Instruction step, int at) =>
        step.First.Admits(_text, at) && (step.Code != Opcode.Set || step.Next!.First.Admits(_text, at + 1));

    // How long a group's text is, where it stands here once more; -1: it does not.
    private int Again(int group, int at)
    {
        if (!Last(group, out ReadOnlySpan<byte> text))
        {
            return -1;
        }

        return Spend(text.Length) && _text[at..].StartsWith(text) ? text.Length : -1;
    }

    // The text of a group as it took part last; false: it has not.
    private bool Last(int group, out ReadOnlySpan<byte> text)
    {
        text = default;
        int end = Previous((2 * group) + 1, _marked);
        _ = Spend(_marked - end);
        if (end < 0)
        {
            return false;
        }

        text = _text[_marks[Previous(2 * group, end)].At.._marks[end].At];
        return true;
    }

    // The last mark of a kind before an index; -1: there is none.
    private readonly int Previous(int what, int before)
    {
        do
        {
            before--;
        }
        while (before >= 0 && _marks[before].What != what);
        return before;
    }

    private readonly bool Holds(AnchorKind kind, int at) => kind switch
    {
        AnchorKind.Begin => at == 0,
        AnchorKind.LineBegin => at == 0 || _text[at - 1] == '\n',
        AnchorKind.End => at == _text.Length,
        AnchorKind.LastLineEnd => at == _text.Length || (at == _text.Length - 1 && _text[at] == '\n'),
        AnchorKind.LineEnd => at == _text.Length || _text[at] == '\n',
        AnchorKind.WordEdge => IsWord(at - 1) != IsWord(at),
        _ => IsWord(at - 1) == IsWord(at),
    };

    private readonly bool IsWord(int at) =>
        (uint)at < (uint)_text.Length && (char.IsAsciiLetterOrDigit((char)_text[at]) || _text[at] == '_');

    // False: there is no room left, and the search is given up.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool Take(int step, int left, int right)
    {
        if (_noted >= _notes.Length && !MakeRoom(ref _notes, ref _rentedNotes, MostNotes))
        {
            return false;
        }

        ref Note note = ref _notes[_noted++];
        note.Step = step;
        note.Left = left;
        note.Right = right;
        note.Marks = _marked;
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool PutAll(uint marks, int at)
    {
        for (; marks != 0; marks >>= 8)
        {
            if (!Put((int)(marks & 255) - 1, at))
            {
                return false;
            }
        }

        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool Put(int what, int at)
    {
        if (_marked >= _marks.Length && !MakeRoom(ref _marks, ref _rentedMarks, MostMarks))
        {
            return false;
        }

        ref Mark mark = ref _marks[_marked++];
        mark.What = what;
        mark.At = at;
        return true;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool MakeRoom<T>(ref T[] room, ref T[]? rented, int most)
    {
        if (room.Length >= most)
        {
            _left = -1;
            return false;
        }

        T[] larger = ArrayPool<T>.Shared.Rent(4 * room.Length);
        room.CopyTo(larger, 0);
        if (rented is not null)
        {
            ArrayPool<T>.Shared.Return(rented);
        }

        room = rented = larger;
        return true;
    }
}
