namespace Virtward.Guard.Bans;

/// <summary>Why a ban is over. The numbers are stored: never renumber.</summary>
public enum UnbanCause
{
    /// <summary>Its time is up.</summary>
    Expired = 1,

    /// <summary>A ban of its whole prefix took it in.</summary>
    Folded = 2,

    /// <summary>An administrator lifted it.</summary>
    ByHand = 3,

    /// <summary>Its target came onto the never-ban list.</summary>
    NeverBan = 4,

    /// <summary>A newer ban of the same target and jail took its place.</summary>
    Replaced = 5,
}
