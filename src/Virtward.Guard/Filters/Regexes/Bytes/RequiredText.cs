namespace Virtward.Guard.Filters.Regexes.Bytes;

/// <summary>
/// The longest text that all matches of an expression hold behind its beginning, which is looked at anyway: where it is nowhere in a line,
/// one search for it spares all ways that lead almost to it.
/// </summary>
public sealed class RequiredText
{
    private const int Shortest = 3;

    private readonly List<byte> _run = [];
    private byte[] _longest = [];
    private bool _atBegin = true;

    /// <summary>The text of an expression; null where none is known.</summary>
    public static byte[]? Of(Syntax syntax)
    {
        var text = new RequiredText();
        text.Walk(syntax);
        text.EndRun();
        return text._longest.Length < Shortest ? null : text._longest;
    }

    private void Walk(Syntax part)
    {
        switch (part)
        {
            case Syntax.Set { Of.Single: { } c }:
                _run.Add(c);
                break;
            case Syntax.Sequence sequence:
                foreach (Syntax inner in sequence.Parts)
                {
                    Walk(inner);
                }

                break;
            case Syntax.Group group:
                Walk(group.Body);
                break;
            case Syntax.Anchor or Syntax.Look:
                break;
            default:
                EndRun();
                break;
        }
    }

    private void EndRun()
    {
        if (!_atBegin && _run.Count > _longest.Length)
        {
            _longest = [.. _run];
        }

        _run.Clear();
        _atBegin = false;
    }
}
