using System.Text;
using Virtward.Core.Time;

namespace Virtward.Guard.Fail2Ban.Engine;

/// <summary>
/// What one line, or several lines of one connection, said: the groups of the expressions that matched, and where the connection
/// stands. A connection's lines are merged into the one that began it. It is used again for later lines, so it holds until the next one.
/// </summary>
public sealed class Failure
{
    private const int MostUsers = 100;

    /// <summary>A larger buffer is not kept.</summary>
    private const int Kept = 128;

    private byte[] _firstUser = [];
    private int _firstUserLength;

    /// <summary>The groups that matched.</summary>
    public FieldValues Fields { get; } = new();

    /// <summary>All accounts that the connection tried, where it tried more than one; null otherwise.</summary>
    public HashSet<string>? Users { get; private set; }

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

    /// <summary>The account of the last line that named one; null where none did.</summary>
    public string? User => Fields[(int)Field.User];

    /// <summary>The address or name, as the line has it; null where no line has told it yet.</summary>
    public string? Host => Fields[(int)Field.V4] ?? Fields[(int)Field.V6] ?? Fields[(int)Field.Name];

    /// <summary>What the failure is counted by: an own identifier (<c>F-ID</c>), else the host.</summary>
    public string? Id => Fields[(int)Field.Id] ?? Host;

    /// <summary>Whether it is known what the failure is counted by.</summary>
    public bool HasId => Fields.Took(Field.Id) || Fields.Took(Field.V4) || Fields.Took(Field.V6) || Fields.Took(Field.Name);

    /// <summary>The address or name as bytes; empty where no line has told it yet.</summary>
    public ReadOnlySpan<byte> HostBytes =>
        Fields.Bytes(Fields.Took(Field.V4) ? Field.V4 : Fields.Took(Field.V6) ? Field.V6 : Field.Name);

    /// <summary>The account that the connection tried first; null where none was named.</summary>
    public string? FirstUser => _firstUserLength == 0 ? null : Encoding.UTF8.GetString(_firstUser, 0, _firstUserLength);

    /// <summary>Makes it the failure of another line.</summary>
    public void Clear()
    {
        Fields.Clear();
        _firstUserLength = 0;
        _firstUser = _firstUser.Length > Kept ? [] : _firstUser;
        Users = null;
        (Rule, Lines, HelperLines, Time) = (0, 0, 0, UnixTime.None);
        (Pending, Harmless, Gained) = (false, false, false);
    }

    /// <summary>Adds the account of a line to those that the connection tried.</summary>
    /// <param name="user">The account, UTF-8; empty: none.</param>
    public void AddUser(ReadOnlySpan<byte> user)
    {
        // One account is the rule, and needs no set of its own. A connection tries a handful; a hostile one must not fill the memory.
        ReadOnlySpan<byte> first = _firstUser.AsSpan(0, _firstUserLength);
        if (user.IsEmpty || (Users is null && user.SequenceEqual(first)) || (Users?.Count ?? 1) >= MostUsers)
        {
            return;
        }

        if (first.IsEmpty)
        {
            _firstUser = _firstUser.Length < user.Length ? new byte[Math.Max(32, user.Length)] : _firstUser;
            user.CopyTo(_firstUser);
            _firstUserLength = user.Length;
        }
        else
        {
            Users ??= new HashSet<string>(StringComparer.Ordinal) { FirstUser! };
            Users.Add(Encoding.UTF8.GetString(user));
        }
    }
}
