using Virtward.Core.Time;

namespace Virtward.Guard.Fail2Ban.Engine;

/// <summary>
/// Joins the lines of one connection by the identifier that they share (<c>F-MLFID</c>, such as "host sshd[123]: "): one tells the
/// failure, another the address, a third the end. Bounded in number and age.
/// </summary>
public sealed class Connections
{
    /// <summary>A connection that says nothing for this long is forgotten.</summary>
    public static readonly TimeSpan MaxAge = TimeSpan.FromMinutes(5);

    /// <summary>The most connections that are remembered, the oldest forgotten first; fail2ban remembers 100.</summary>
    public const int MaxCount = 256;

    private readonly Dictionary<string, (Failure State, UnixTime Since)> _byId = new(StringComparer.Ordinal);
    private readonly Queue<(string Id, Failure State)> _byAge = new();

    /// <summary>Merges a line into its connection.</summary>
    /// <param name="id">The connection's identifier.</param>
    /// <param name="line">What the line said.</param>
    /// <param name="lines">How many lines matched.</param>
    /// <returns>The connection as it stands now; <paramref name="line"/> itself where it is the first.</returns>
    public Failure Merge(string id, Failure line, int lines)
    {
        bool forget = line.Fields.Has(Field.Forget);
        bool gained = line.Fields.Has(Field.Gained);
        bool harmless = gained || line.Fields.Has(Field.Harmless);
        Failure state = line;
        if (Find(id, line.Time) is { } known)
        {
            state = known;
            state.AddUser(line.User);
            bool wasHarmless = state.Harmless || state.Gained;
            state.Pending &= !gained;
            if (!wasHarmless && !state.Pending)
            {
                // They were handed on with the failure before.
                state.Lines = 0;
            }

            state.Fields.Update(line.Fields);
            (state.Rule, state.Time) = (line.Rule, line.Time);
            if (forget)
            {
                _byId.Remove(id);
            }
        }
        else if (!forget)
        {
            state.AddUser(line.User);
            Remember(id, state);
        }

        // A try that still waits, or a second account, is not undone by a line that is harmless for itself.
        if (state.Pending || state.Users is not null)
        {
            state.Pending = false;
            harmless = false;
            gained = false;
        }

        if (!harmless)
        {
            state.Lines += state.HelperLines + lines;
            state.HelperLines = 0;
        }
        else if (!forget)
        {
            state.HelperLines += lines;
        }

        (state.Harmless, state.Gained) = (harmless, gained);
        return state;
    }

    private Failure? Find(string id, UnixTime now)
    {
        if (!_byId.TryGetValue(id, out (Failure State, UnixTime Since) known))
        {
            return null;
        }

        if (now.IsKnown && known.Since.IsKnown && now - known.Since > MaxAge)
        {
            _byId.Remove(id);
            return null;
        }

        return known.State;
    }

    private void Remember(string id, Failure state)
    {
        // The queue may hold connections that were forgotten since; they count, so that it stays bounded too.
        if (_byAge.Count >= MaxCount)
        {
            (string oldest, Failure old) = _byAge.Dequeue();
            if (_byId.TryGetValue(oldest, out (Failure State, UnixTime Since) current) && current.State == old)
            {
                _byId.Remove(oldest);
            }
        }

        _byId[id] = (state, state.Time);
        _byAge.Enqueue((id, state));
    }
}
