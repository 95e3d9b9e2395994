using System.Text;
using System.Text.RegularExpressions;
using Virtward.Guard.Filters.Regexes.Bytes;

namespace Virtward.Tests.Guard.Filters.Regexes.Bytes;

/// <summary>
/// Random texts for an expression: made by walking through it, so that many match, then damaged, so that many just do not. Both engines
/// must say the same of each.
/// </summary>
public sealed class Samples(Regex regex, int seed)
{
    private const string Junk = " \t\n.:[]()'=<>-_/aAzZ09xk";

    private readonly Random _random = new(seed);
    private readonly BytePattern? _bytes = BytePattern.Compile(regex);
    private readonly Syntax? _syntax = SyntaxReader.Read(regex);
    private readonly int[] _groups = new int[3 * (regex.GetGroupNumbers().Max() + 1)];

    /// <summary>Whether the expression can be matched as bytes at all.</summary>
    public bool Compiles => _bytes is not null;

    /// <summary>How many texts matched.</summary>
    public int Matched { get; private set; }

    /// <summary>What the engines disagree about over a number of texts; null: nothing.</summary>
    public string? Disagreement(int rounds)
    {
        for (int round = 0; round < rounds; round++)
        {
            string text = Damaged(Text());
            if (Disagreement(text) is { } why)
            {
                return $"{why}: {regex} on '{text}'";
            }
        }

        return null;
    }

    /// <summary>What the engines disagree about in one text; null: nothing.</summary>
    public string? Disagreement(string text)
    {
        if (_bytes!.Search(Encoding.ASCII.GetBytes(text), _groups) is not { } found)
        {
            return null;
        }

        Match match = regex.Match(text);
        Matched += match.Success ? 1 : 0;
        byte[] bytes = Encoding.ASCII.GetBytes(text);
        if (match.Success && (_bytes.Excludes(bytes) || _bytes.ExcludesHead(bytes)))
        {
            return "excluded by its begin";
        }

        if (found != match.Success)
        {
            return $"matches: {found}";
        }

        foreach (int number in match.Success ? regex.GetGroupNumbers() : [])
        {
            // Unnamed groups are not asked for.
            bool named = number == 0 || !char.IsAsciiDigit(regex.GroupNameFromNumber(number)[0]);
            Group group = match.Groups[number];
            (int start, int end) = group.Success ? (group.Index, group.Index + group.Length) : (-1, -1);
            if (named && (_groups[3 * number], _groups[(3 * number) + 1]) != (start, end))
            {
                return $"group {number} is {_groups[3 * number]}..{_groups[(3 * number) + 1]} and must be {start}..{end}";
            }
        }

        return null;
    }

    private string Text()
    {
        var text = new StringBuilder();
        Append(_syntax!, text);
        return text.Length > 2_000 ? text.ToString(0, 2_000) : text.ToString();
    }

    private string Damaged(string text)
    {
        var damaged = new StringBuilder(text);
        for (int damages = _random.Next(4); damages > 0; damages--)
        {
            int at = _random.Next(damaged.Length + 1);
            int length = _random.Next(Math.Min(4, damaged.Length - at + 1));
            _ = _random.Next(4) switch
            {
                0 => damaged.Remove(at, length),
                1 => damaged.Insert(at, Junk[_random.Next(Junk.Length)]),
                2 => damaged.Insert(at, damaged.ToString(at, length)),
                _ => damaged.Append('\n'),
            };
        }

        return damaged.ToString();
    }

    private void Append(Syntax syntax, StringBuilder text)
    {
        switch (syntax)
        {
            case Syntax.Set set:
                byte[] bytes = set.Of.Bytes();
                byte[] shown = [.. bytes.Where(c => c is >= 32 and < 127)];
                bytes = shown.Length > 0 && _random.Next(20) > 0 ? shown : bytes;
                text.Append(bytes.Length == 0 ? '?' : (char)bytes[_random.Next(bytes.Length)]);
                break;
            case Syntax.Sequence sequence:
                foreach (Syntax part in sequence.Parts)
                {
                    Append(part, text);
                }

                break;
            case Syntax.Choice choice:
                Append(choice.Branches[_random.Next(choice.Branches.Count)], text);
                break;
            case Syntax.Group group:
                Append(group.Body, text);
                break;
            case Syntax.Look { Wanted: true, Behind: false } look when _random.Next(2) == 0:
                Append(look.Body, text);
                break;
            case Syntax.Condition condition:
                Append(_random.Next(2) == 0 ? condition.Yes : condition.No, text);
                break;
            case Syntax.Loop loop:
                for (int rounds = _random.Next(loop.From, Math.Max(loop.From, Math.Min(loop.To, loop.From + 5)) + 1); rounds > 0; rounds--)
                {
                    Append(loop.Body, text);
                }

                break;
            case Syntax.SameAs when text.Length > 0:
                text.Append(text[^1]);
                break;
            case Syntax.Anchor { Kind: AnchorKind.LineBegin or AnchorKind.LineEnd } when text.Length > 0 && text[^1] != '\n':
                text.Append('\n');
                break;
        }
    }
}
