namespace Virtward.Core.Policy;

/// <summary>What makes an address count towards the ban of its prefix.</summary>
public enum PrefixCounting
{
    /// <summary>It was banned itself.</summary>
    Banned,

    /// <summary>It was seen failing, even once.</summary>
    Seen,
}
