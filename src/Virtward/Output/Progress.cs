namespace Virtward.Output;

/// <summary>One line on a terminal's stderr that tells how far something is; nothing where stderr is no terminal.</summary>
/// <param name="to">Stderr.</param>
/// <param name="isTerminal">Whether it is a terminal.</param>
/// <param name="clock">For the pauses between two lines.</param>
public sealed class Progress(TextWriter to, bool isTerminal, TimeProvider clock)
{
    private static readonly TimeSpan Every = TimeSpan.FromMilliseconds(200);
    private readonly long _began = clock.GetTimestamp();
    private long _shown = clock.GetTimestamp();
    private bool _isShown;

    /// <summary>Shows the line, if a second has passed and the last one is old enough.</summary>
    public void Show(Func<string> line)
    {
        if (!isTerminal || clock.GetElapsedTime(_shown) < Every || clock.GetElapsedTime(_began) < TimeSpan.FromSeconds(1))
        {
            return;
        }

        _shown = clock.GetTimestamp();
        _isShown = true;
        to.Write($"\r\u001b[K{line()}");
    }

    /// <summary>Removes the line.</summary>
    public void Clear()
    {
        if (_isShown)
        {
            to.Write("\r\u001b[K");
            _isShown = false;
        }
    }
}
