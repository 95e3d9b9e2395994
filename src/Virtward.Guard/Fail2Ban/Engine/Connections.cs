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

    /// <summary>The most connections that are remembered; the one that began first is forgotten first.</summary>
    public const int MaxCount = 10_000;

    private readonly Dictionary<string, LinkedListNode<(string Id, UnixTime Since, Failure State)>> _byId = new(StringComparer.Ordinal);
    private readonly LinkedList<(string Id, UnixTime Since, Failure State)> _byAge = new();

    /// <summary>Merges a line into its connection.</summary>
    /// <param name="id">The connection's identifier.</param>
    /// <param name="line">What the line said.</param>
    /// <param name="lines">How many lines matched.</param>
    /// <returns>The connection as it stands now; <paramref name="line"/> itself where it is the first.</returns>
    public Failure Merge(string id, Failure line, int lines)
    {
        bool forget = line.Fields.Remove("mlfforget", out string? end) && end.Length > 0;
        bool gained = line.Fields.GetValueOrDefault("mlfgained") is { Length: > 0 };
        bool harmless = gained || line.Fields.GetValueOrDefault("nofail") is { Length: > 0 };
        Failure state = line;
        if (Find(id, line.Time) is { } known)
        {
            state = known;
            AddUser(state, line);
            bool wasHarmless = state.Harmless || state.Gained;
            state.Pending &= !gained;
            if (!wasHarmless && !state.Pending)
            {
                // They were handed on with the failure before.
                state.Lines = 0;
            }

            foreach ((string name, string value) in line.Fields)
            {
                state.Fields[name] = value;
            }

            (state.Rule, state.Time) = (line.Rule, line.Time);
            if (forget)
            {
                Forget(id);
            }
        }
        else if (!forget)
        {
            AddUser(state, line);
            Remember(id, state);
        }

        // A try that still waits, or a second account, is not undone by a line that is harmless for itself.
        if (state.Pending || state.Users is { Count: > 1 })
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

    private static void AddUser(Failure state, Failure line)
    {
        if (line.Fields.GetValueOrDefault("user") is { Length: > 0 } user)
        {
            state.Users ??= new HashSet<string>(StringComparer.Ordinal);
            // A connection tries a handful of accounts; a hostile one must not fill the memory.
            if (state.Users.Count < 100)
            {
                state.Users.Add(user);
            }
        }
    }

    private Failure? Find(string id, UnixTime now)
    {
        if (!_byId.TryGetValue(id, out var node))
        {
            return null;
        }

        if (now.IsKnown && node.Value.Since.IsKnown && now - node.Value.Since > MaxAge)
        {
            Forget(id);
            return null;
        }

        return node.Value.State;
    }

    private void Remember(string id, Failure state)
    {
        if (_byId.Count >= MaxCount)
        {
            Forget(_byAge.First!.Value.Id);
        }

        _byId[id] = _byAge.AddLast((id, state.Time, state));
    }

    private void Forget(string id)
    {
        if (_byId.Remove(id, out var node))
        {
            _byAge.Remove(node);
        }
    }
}
