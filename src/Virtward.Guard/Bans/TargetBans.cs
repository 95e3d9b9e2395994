namespace Virtward.Guard.Bans;

/// <summary>
/// The bans of one target, at most one a jail. Nearly always it is one, and that is kept without an array: with 100,000 targets, the
/// arrays would be a tenth of what the guard holds. Immutable.
/// </summary>
public readonly struct TargetBans
{
    // Null, a Ban, or a Ban[] of two and more.
    private readonly object? _bans;

    private TargetBans(Ban ban) => _bans = ban;

    private TargetBans(Ban[] bans) => _bans = bans.Length switch
    {
        0 => null,
        1 => bans[0],
        _ => bans,
    };

    /// <summary>Whether there is none.</summary>
    public bool IsEmpty => _bans is null;

    /// <summary>Every ban.</summary>
    public IReadOnlyList<Ban> All => _bans switch
    {
        null => [],
        Ban one => [one],
        object several => (Ban[])several,
    };

    /// <summary>The ban of a jail; null where there is none.</summary>
    public Ban? Of(string jail) => _bans switch
    {
        null => null,
        Ban one => one.Jail == jail ? one : null,
        object several => Array.Find((Ban[])several, ban => ban.Jail == jail),
    };

    /// <summary>These with one more, in place of an earlier one of the same jail.</summary>
    public TargetBans With(Ban ban) => IsEmpty ? new(ban) : new([.. Others(ban.Jail), ban]);

    /// <summary>These without that of a jail.</summary>
    public TargetBans Without(string jail) => new([.. Others(jail)]);

    private IEnumerable<Ban> Others(string jail) => All.Where(ban => ban.Jail != jail);
}
