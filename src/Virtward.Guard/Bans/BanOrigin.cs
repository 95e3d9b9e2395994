namespace Virtward.Guard.Bans;

/// <summary>Who decided on a ban. The numbers are stored: never renumber.</summary>
public enum BanOrigin
{
    /// <summary>A jail, by its own limit.</summary>
    Jail = 1,

    /// <summary>Several attackers of one prefix.</summary>
    Prefix = 2,

    /// <summary>An administrator, by hand.</summary>
    Manual = 3,

    /// <summary>An import or a feed.</summary>
    Import = 4,
}
