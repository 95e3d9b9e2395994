using System.Buffers;
using System.Runtime.CompilerServices;

namespace Virtward.Guard.Filters.Regexes.Bytes;

/// <summary>
/// One search of one text: a backtracking machine. Where two ways are open it notes the second and takes the first; where a way ends, it
/// goes back to the last note. Where only one is open, which the next character mostly tells, it notes nothing.
/// </summary>
/// <param name="text">The text, ASCII.</param>
/// <param name="groups">Three numbers a group: where it begins, where it ends, where it was last entered; -1: not yet.</param>
/// <param name="resumable">The instructions that notes are about, by their index.</param>
/// <param name="kinds">The kinds of characters that they tell apart.</param>
/// <param name="room">Room for some notes, so that most searches need no other.</param>
/// <param name="budget">How often it may go back, and as much as that costs otherwise.</param>
public ref struct ByteSearch(
    ReadOnlySpan<byte> text, Span<int> groups, ReadOnlySpan<Instruction> resumable, ReadOnlySpan<byte> kinds, Span<int> room, int budget)
{
    /// <summary>A note: the instruction's index, and two numbers that mean something to it.</summary>
    public const int NoteLength = 3;

    /// <summary>So much room for notes, a megabyte, and the search is given up.</summary>
    private const int MostRoom = 1 << 18;

    private readonly ReadOnlySpan<byte> _text = text;
    private readonly Span<int> _groups = groups;
    private readonly ReadOnlySpan<Instruction> _resumable = resumable;
    private readonly ReadOnlySpan<byte> _kinds = kinds;
    private Span<int> _notes = room;
    private int[]? _rented;
    private int _top;
    private int _place;
    private int _left = budget;

    /// <summary>Whether the search was given up: its outcome means nothing.</summary>
    public readonly bool GaveUp => _left < 0;

    /// <summary>Gives back the room that was borrowed.</summary>
    public readonly void Dispose()
    {
        if (_rented is not null)
        {
            ArrayPool<int>.Shared.Return(_rented);
        }
    }

    /// <summary>Runs a program from a place of the text. (Optimized at once: it is nearly all that a filter of expressions does.)</summary>
    /// <param name="first">Its first instruction.</param>
    /// <param name="at">The place.</param>
    /// <returns>Where the match ends; -1: there is none.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public int Match(Instruction first, int at)
    {
        int floor = _top;
        Instruction? step = first;
        while (step is not null)
        {
            Instruction?[] leads = step.Leads;
            if (leads.Length > 0)
            {
                step = leads[_kinds[at < _text.Length ? _text[at] : Instruction.AtEnd]];
            }

            // A case that leads on continues; one that does not breaks out, to go back.
            switch (step?.Code)
            {
                case null:
                    break;
                case Opcode.Literal:
                    if (step.StandsAt(_text, at))
                    {
                        at += step.Literal.Length;
                        step = step.Next;
                        continue;
                    }

                    break;
                case Opcode.Set:
                    if (step.Set.Admits(_text, at))
                    {
                        at++;
                        step = step.Next;
                        continue;
                    }

                    break;
                case Opcode.LongestRun or Opcode.GreedyRun or Opcode.LazyRun:
                    int run = step.RunLength(_text, at);
                    int place = run <= step.Least || step.Code == Opcode.LongestRun ? at + run : Choose(step, at + step.Least, at + run);
                    if (run >= step.Least && place >= 0)
                    {
                        at = place;
                        step = step.Next;
                        continue;
                    }

                    break;
                case Opcode.Split:
                    if (Note(step, at, 0))
                    {
                        step = step.Next;
                        continue;
                    }

                    break;
                case Opcode.Begin:
                    if (_top == 0 || Note(step, _groups[step.Group + 2], 0))
                    {
                        _groups[step.Group + 2] = at;
                        step = step.Next;
                        continue;
                    }

                    break;
                case Opcode.End:
                    // Where nothing is noted, nothing is gone back to, and nobody asks what was here before.
                    if (_top == 0 || Note(step, _groups[step.Group], _groups[step.Group + 1]))
                    {
                        _groups[step.Group] = _groups[step.Group + 2];
                        _groups[step.Group + 1] = at;
                        step = step.Next;
                        continue;
                    }

                    break;
                case Opcode.Anchor:
                    if (Holds(step.Anchor, at))
                    {
                        step = step.Next;
                        continue;
                    }

                    break;
                case Opcode.Look:
                    if (Spend(0) && (at >= step.Back && Match(step.Other!, at - step.Back) >= 0) == step.Wanted)
                    {
                        step = step.Next;
                        continue;
                    }

                    break;
                case Opcode.Condition:
                    step = _groups[step.Group] >= 0 ? step.Next : step.Other;
                    continue;
                case Opcode.SameAs:
                    int again = Again(step, at);
                    if (again >= 0)
                    {
                        at += again;
                        step = step.Next;
                        continue;
                    }

                    break;
                default:
                    _top = floor;
                    return at;
            }

            step = GoBack(floor, at);
            at = _place;
        }

        _top = floor;
        return -1;
    }

    // To the last note that leads on, its place in _place; null: there is none.
    private Instruction? GoBack(int floor, int at)
    {
        while (_top > floor && Spend(1))
        {
            _top -= NoteLength;
            Instruction noted = _resumable[_notes[_top]];
            (int left, int right) = (_notes[_top + 1], _notes[_top + 2]);
            switch (noted.Code)
            {
                case Opcode.Begin:
                    _groups[noted.Group + 2] = left;
                    break;
                case Opcode.End:
                    (_groups[noted.Group], _groups[noted.Group + 1]) = (left, right);
                    break;
                case Opcode.Split:
                    _place = left;
                    _ = Spend(Math.Abs(at - left));
                    return noted.Other;
                default:
                    _place = Choose(noted, left, right);
                    if (_place >= 0)
                    {
                        return noted.Next;
                    }

                    break;
            }
        }

        return null;
    }

    // Takes from the budget, by how many characters were gone through.
    private bool Spend(int characters)
    {
        _left -= 1 + (characters >> 4);
        return _left >= 0;
    }

    // Where a run ends, within bounds: the first or last place, as it prefers, at which what follows may begin. The others are noted.
    private int Choose(Instruction step, int first, int last)
    {
        if (step.Code == Opcode.GreedyRun)
        {
            int at = LastPlace(step.Next!, first, last);
            return !Spend(last - at) || at < first || (at > first && !Note(step, first, at - 1)) ? -1 : at;
        }
        else
        {
            int at = FirstPlace(step.Next!, first, last);
            return !Spend(at - first) || at > last || (at < last && !Note(step, at + 1, last)) ? -1 : at;
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
    private int Again(Instruction step, int at)
    {
        int start = _groups[step.Group];
        if (start < 0)
        {
            return -1;
        }

        ReadOnlySpan<byte> text = _text[start.._groups[step.Group + 1]];
        return Spend(text.Length) && _text[at..].StartsWith(text) ? text.Length : -1;
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
    private bool Note(Instruction step, int left, int right)
    {
        if (_top + NoteLength > _notes.Length && !MakeRoom())
        {
            return false;
        }

        Span<int> note = _notes.Slice(_top, NoteLength);
        (note[0], note[1], note[2]) = (step.Index, left, right);
        _top += NoteLength;
        return true;
    }

    private bool MakeRoom()
    {
        if (_notes.Length >= MostRoom)
        {
            _left = -1;
            return false;
        }

        int[] larger = ArrayPool<int>.Shared.Rent(4 * _notes.Length);
        _notes[.._top].CopyTo(larger);
        Dispose();
        _notes = _rented = larger;
        return true;
    }
}
