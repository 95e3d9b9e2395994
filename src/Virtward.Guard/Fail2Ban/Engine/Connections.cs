using System.Buffers.Binary;
using System.Numerics;
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

    private const int Buckets = 2 * MaxCount;

    // The last connections in the order in which they began; a place is used again when all others were.
    private readonly Connection[] _places = new Connection[MaxCount];
    private readonly int[] _first = new int[Buckets];
    private int _next;
    private Failure _line = new();

    /// <summary>No connections.</summary>
    public Connections() => _first.AsSpan().Fill(-1);

    /// <summary>What a line says is put in here, and then merged or not.</summary>
    public Failure Line()
    {
        _line.Clear();
        return _line;
    }

    /// <summary>Merges a line into its connection.</summary>
    /// <param name="line">What the line said, with the connection's identifier: a <see cref="Line"/>.</param>
    /// <param name="lines">How many lines matched.</param>
    /// <returns>The connection as it stands now; <paramref name="line"/> itself where it is the first.</returns>
    public Failure Merge(Failure line, int lines)
    {
        bool forget = line.Fields.Has(Field.Forget);
        bool gained = line.Fields.Has(Field.Gained);
        bool harmless = gained || line.Fields.Has(Field.Harmless);
        Failure state = line;
        int place = Find(line.Fields.Bytes(Field.Connection), line.Time);
        if (place >= 0)
        {
            state = _places[place].State!;
            state.AddUser(line.Fields.Bytes(Field.User));
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
                Forget(place);
            }
        }
        else if (!forget)
        {
            state.AddUser(line.Fields.Bytes(Field.User));
            Remember(state);
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

    // The place of a connection; -1: it is not known.
    private int Find(ReadOnlySpan<byte> id, UnixTime now)
    {
        int place = _first[BucketOf(id)];
        while (place >= 0 && !_places[place].State!.Fields.Bytes(Field.Connection).SequenceEqual(id))
        {
            place = _places[place].After;
        }

        if (place >= 0 && now.IsKnown && _places[place].Since.IsKnown && now - _places[place].Since > MaxAge)
        {
            Forget(place);
            return -1;
        }

        return place;
    }

    private void Remember(Failure state)
    {
        // Connections that were forgotten since keep their places until it is their turn; so the table is bounded.
        ref Connection place = ref _places[_next];
        if (place.IsKnown)
        {
            Forget(_next);
        }

        _line = place.State ?? new Failure();
        ref int bucket = ref _first[BucketOf(state.Fields.Bytes(Field.Connection))];
        (place.State, place.Since, place.IsKnown, place.After) = (state, state.Time, true, bucket);
        bucket = _next;
        _next = (_next + 1) % MaxCount;
    }

    private void Forget(int place)
    {
        ref int link = ref _first[BucketOf(_places[place].State!.Fields.Bytes(Field.Connection))];
        while (link != place)
        {
            link = ref _places[link].After;
        }

        link = _places[place].After;
        _places[place].IsKnown = false;
    }

    private static int BucketOf(ReadOnlySpan<byte> id)
    {
        ulong hash = (ulong)id.Length;
        for (; id.Length >= sizeof(ulong); id = id[sizeof(ulong)..])
        {
            hash = Mixed(hash, BinaryPrimitives.ReadUInt64LittleEndian(id));
        }

        foreach (byte rest in id)
        {
            hash = Mixed(hash, rest);
        }

        return (int)(hash >> 32) & (Buckets - 1);

        static ulong Mixed(ulong hash, ulong more) => (BitOperations.RotateLeft(hash, 23) ^ more) * 0x9E37_79B9_7F4A_7C15;
    }

    /// <summary>A place for a connection.</summary>
    private struct Connection
    {
        /// <summary>What is known of it, or was: then it waits to be used again.</summary>
        public Failure? State;

        /// <summary>When it began.</summary>
        public UnixTime Since;

        /// <summary>Whether it is known.</summary>
        public bool IsKnown;

        /// <summary>The next place in the same bucket; -1: none.</summary>
        public int After;
    }
}
