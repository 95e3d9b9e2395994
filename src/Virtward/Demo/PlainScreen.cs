using System.Globalization;

namespace Virtward.Demo;

/// <summary>Plain lines, for a pipe or a log. Of many bans in a row the first few are shown and the rest counted.</summary>
public sealed class PlainScreen(TextWriter output) : IDemoScreen
{
    private const int BansShown = 5;

    private readonly Lock _gate = new();
    private int _bans;

    /// <inheritdoc/>
    public void Caption(string title, string text)
    {
        lock (_gate)
        {
            EndBans();
            output.WriteLine();
            output.WriteLine(title);
            output.WriteLine($"  {text}");
        }
    }

    /// <inheritdoc/>
    public void Event(string kind, string text)
    {
        lock (_gate)
        {
            if (kind != "ban" || _bans++ < BansShown)
            {
                output.WriteLine($"  {kind,-8} {text}");
            }
        }
    }

    /// <inheritdoc/>
    public void Proof(bool held, string text)
    {
        lock (_gate)
        {
            EndBans();
            output.WriteLine($"  {DemoSummary.Mark(held)} {text}");
        }
    }

    /// <inheritdoc/>
    public async Task RunAsync(Func<Task> story, Func<DemoFigures> figures)
    {
        await story();
        lock (_gate)
        {
            EndBans();
        }
    }

    private void EndBans()
    {
        if (_bans > BansShown)
        {
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {"",-8} and {_bans - BansShown} more bans of single attackers"));
        }

        _bans = 0;
    }
}
