using Virtward.Core.Snapshots;

namespace Virtward.Linux.Snapshots;

/// <summary>A snapshot being taken by several at once.</summary>
/// <param name="reading">Told each file that is done; null: nobody listens.</param>
internal sealed class Gathering(Action<string>? reading)
{
    private readonly Lock _gate = new();
    private Snapshot _snapshot = new();

    /// <summary>What there is so far.</summary>
    public Snapshot Snapshot
    {
        get
        {
            lock (_gate)
            {
                return _snapshot;
            }
        }
    }

    /// <summary>A file is there.</summary>
    public void Add(string name, string text) => Change(name, snapshot => snapshot.With(name, text));

    /// <summary>A file is not there, or not whole, and why.</summary>
    public void Lacks(string name, string reason) => Change(name, snapshot => snapshot.Without(name, reason));

    private void Change(string name, Func<Snapshot, Snapshot> change)
    {
        lock (_gate)
        {
            _snapshot = change(_snapshot);
            reading?.Invoke(name);
        }
    }
}
