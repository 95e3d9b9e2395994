namespace Virtward.Hardening.Checks.Ssh;

/// <summary>What one setting of sshd must be.</summary>
/// <param name="Name">The setting as people write it: <c>PermitRootLogin</c>.</param>
/// <param name="Good">Whether a value will do; it comes in lower case.</param>
/// <param name="Wanted">The value to set.</param>
/// <param name="What">What is the matter where it will not do, a clause.</param>
internal sealed record SshRule(string Name, Func<string, bool> Good, string Wanted, string What)
{
    /// <summary>The setting as sshd names it.</summary>
    public string Keyword => Name.ToLowerInvariant();

    /// <summary>The line to write.</summary>
    public string Line => $"{Name} {Wanted}";

    /// <summary>How bad it is; null: as bad as the check says.</summary>
    public Severity? Severity { get; init; }

    /// <summary>Must be exactly this.</summary>
    public static SshRule Exactly(string name, string wanted, string what) => new(name, value => value == wanted, wanted, what);
}
