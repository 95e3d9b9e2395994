namespace Virtward.Core.Policy;

/// <summary>
/// When many addresses fail once or twice each, below every limit: the limits of all jails tighten until it is over, except for
/// addresses that have logged in before.
/// </summary>
public sealed record SiegePolicy
{
    /// <summary>Whether it is watched for.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>Failures and sources are counted over this span.</summary>
    public TimeSpan Window { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Never a siege below this many distinct sources in the window, however quiet the host is otherwise.</summary>
    public int MinSources { get; init; } = 30;

    /// <summary>A siege begins when sources or failures of the window exceed this many times their normal level.</summary>
    public double Factor { get; init; } = 4;

    /// <summary>A siege against one account begins with this many distinct sources against it in the window.</summary>
    public int AccountSources { get; init; } = 20;

    /// <summary>The limit of every jail while it lasts.</summary>
    public int MaxRetry { get; init; } = 1;
}
