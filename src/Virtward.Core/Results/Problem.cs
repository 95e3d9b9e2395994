namespace Virtward.Core.Results;

/// <summary>
/// An expected failure, as a person meets it: what failed, on what, and what to do about it. Broken invariants are
/// exceptions instead.
/// </summary>
/// <param name="What">What failed, a clause without a capital or a full stop: "cannot read the policy".</param>
/// <param name="On">The file, address, unit or command it failed on, or null where <paramref name="What"/> says it all.</param>
/// <param name="Hint">What to do, a clause: "run it as root"; null where nothing helps.</param>
public sealed record Problem(string What, string? On = null, string? Hint = null)
{
    /// <summary>Where in a file it is, counted from 1; 0 where it is not about a place in a file.</summary>
    public int Line { get; init; }

    /// <summary>The column in that line, counted from 1 in characters; 0 where unknown.</summary>
    public int Column { get; init; }

    /// <summary>The distribution's package that would bring what is missing, of the same name in both families; null where nothing is missing.</summary>
    public string? Package { get; init; }

    /// <summary>One sentence: <c>policy.yaml:3:5: unknown key 'findtme': did you mean 'findtime'?</c></summary>
    public override string ToString()
    {
        string place = On is null ? "" : Line > 0 ? (Column > 0 ? $"{On}:{Line}:{Column}: " : $"{On}:{Line}: ") : "";
        string on = On is not null && Line == 0 ? $": {On}" : "";
        string? advice = Package is null ? Hint : $"install it: dnf install {Package} (RHEL family), apt-get install {Package} (Debian family)";
        string hint = advice is null ? "" : $" ({advice})";
        return $"{place}{What}{on}{hint}";
    }
}
