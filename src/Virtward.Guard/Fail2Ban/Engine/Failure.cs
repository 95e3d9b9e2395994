using Virtward.Core.Time;

namespace Virtward.Guard.Fail2Ban.Engine;

/// <summary>
/// What one line, or several lines of one connection, said: the groups of the expressions that matched, by name, and where the
/// connection stands. A connection's lines are merged into the one that began it.
/// </summary>
/// <param name="fields">The groups that matched.</param>
public sealed class Failure(Dictionary<string, string> fields)
{
    /// <summary>The groups that matched: <c>ip4</c>, <c>ip6</c>, <c>dns</c>, <c>fid</c>, <c>user</c> …</summary>
    public Dictionary<string, string> Fields { get; } = fields;

    /// <summary>All accounts that the connection tried; null where none was named.</summary>
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

    /// <summary>The address or name, as the line has it; null where no line has told it yet.</summary>
    public string? Host => Fields.GetValueOrDefault("ip4") ?? Fields.GetValueOrDefault("ip6") ?? Fields.GetValueOrDefault("dns");

    /// <summary>What the failure is counted by: an own identifier (<c>F-ID</c>), else the host.</summary>
    public string? Id => Fields.GetValueOrDefault("fid") ?? Host;
}
