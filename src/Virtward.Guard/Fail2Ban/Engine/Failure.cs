using Virtward.Core.Time;

namespace Virtward.Guard.Fail2Ban.Engine;

/// <summary>
/// What one line, or several lines of one connection, said: the groups of the expressions that matched, and where the connection
/// stands. A connection's lines are merged into the one that began it.
/// </summary>
public sealed class Failure
{
    private FieldValues _fields;

    /// <summary>The groups that matched.</summary>
    public ref FieldValues Fields => ref _fields;

    /// <summary>All accounts that the connection tried, where it tried more than one; null otherwise.</summary>
    public HashSet<string>? Users { get; set; }

    /// <summary>The index of the failregex that matched last.</summary>
    public int Rule { get; set; }

    /// <summary>When, by the last line.</summary>
    public UnixTime Time { get; set; }

    /// <summary>Lines that count as tries of the connection.</summary>
    public int Lines { get; set; }

    /// <summary>Lines that only helped, counted once the connection fails.</summary>
    public int HelperLines { get; set; }

    /// <summary>Whether a failure waits for the line that tells the address.</summary>
    public bool Pending { get; set; }

    /// <summary>Whether the line is known and no failure (<c>F-NOFAIL</c>, or a login that succeeded).</summary>
    public bool Harmless { get; set; }

    /// <summary>Whether the line tells of a login that succeeded (<c>F-MLFGAINED</c>).</summary>
    public bool Gained { get; set; }

    /// <summary>The account of the last line that named one.</summary>
    public string? User => _fields.Get(Field.User);

    /// <summary>The address or name, as the line has it; null where no line has told it yet.</summary>
    public string? Host => _fields.Get(Field.V4) ?? _fields.Get(Field.V6) ?? _fields.Get(Field.Name);

    /// <summary>What the failure is counted by: an own identifier (<c>F-ID</c>), else the host.</summary>
    public string? Id => _fields.Get(Field.Id) ?? Host;

    /// <summary>Adds the account of a line to those that the connection tried.</summary>
    /// <param name="user">The account; null or empty: none.</param>
    public void AddUser(string? user)
    {
        // One account is the rule, and needs no set of its own. A connection tries a handful; a hostile one must not fill the memory.
        string? first = FirstUser;
        FirstUser ??= string.IsNullOrEmpty(user) ? null : user;
        if (first is not null && !string.IsNullOrEmpty(user) && (user != first || Users is not null) && (Users?.Count ?? 1) < MostUsers)
        {
            Users ??= new HashSet<string>(StringComparer.Ordinal) { first };
            Users.Add(user);
        }
    }

    /// <summary>The account that the connection tried first; null where none was named.</summary>
    public string? FirstUser { get; private set; }

    private const int MostUsers = 100;
}
