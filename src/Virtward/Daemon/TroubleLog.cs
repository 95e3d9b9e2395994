using Virtward.Core.Results;
using Virtward.Guard;
using Virtward.Guard.Pipeline;
using Virtward.Guard.Sightings;

namespace Virtward.Daemon;

/// <summary>Hands everything on, and remembers the last troubles for the status: who reads it later has not seen the log.</summary>
/// <param name="listener">Who is told.</param>
public sealed class TroubleLog(IGuardListener listener) : IGuardListener
{
    private const int Kept = 10;
    private readonly Lock _lock = new();
    private readonly List<string> _recent = [];

    /// <summary>The last troubles, each once, the newest last.</summary>
    public IReadOnlyList<string> Recent
    {
        get
        {
            lock (_lock)
            {
                return [.. _recent];
            }
        }
    }

    /// <inheritdoc/>
    public void Sighted(string jail, string filter, in Sighting sighting) => listener.Sighted(jail, filter, sighting);

    /// <inheritdoc/>
    public void Decided(GuardEvent happened) => listener.Decided(happened);

    /// <inheritdoc/>
    public void Trouble(Problem problem)
    {
        string sentence = problem.ToString();
        lock (_lock)
        {
            _recent.Remove(sentence);
            _recent.Add(sentence);
            if (_recent.Count > Kept)
            {
                _recent.RemoveAt(0);
            }
        }

        listener.Trouble(problem);
    }
}
