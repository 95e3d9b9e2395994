namespace Virtward.Guard.Filters.Regexes;

/// <summary>
/// Decides whether a quick question is worth asking before a slow one: on trial it is asked again and again; where it rules hardly anything
/// out it rests for a while. The answer to the slow question is the same either way.
/// </summary>
public struct AskFirst
{
    private const int Trial = 256;
    private const int Rest = 4_096;

    /// <summary>Where it rules out less than one in so many, it rests.</summary>
    private const int OneIn = 8;

    private int _asked;
    private int _ruledOut;
    private int _resting;

    /// <summary>Whether to ask this time; then <see cref="Note"/> takes the answer.</summary>
    public bool IsDue()
    {
        if (_resting == 0)
        {
            return true;
        }

        _resting--;
        return false;
    }

    /// <summary>Takes note of an answer.</summary>
    /// <param name="ruledOut">Whether it made the slow question needless.</param>
    public void Note(bool ruledOut)
    {
        _ruledOut += ruledOut ? 1 : 0;
        if (++_asked == Trial)
        {
            _resting = _ruledOut * OneIn < Trial ? Rest : 0;
            (_asked, _ruledOut) = (0, 0);
        }
    }
}
