namespace Virtward.Hardening.Inventory.Access;

/// <summary>An account of passwd(5).</summary>
/// <param name="Name">Its name.</param>
/// <param name="Uid">Its number.</param>
/// <param name="Gid">Its first group's number.</param>
/// <param name="Home">Its directory.</param>
/// <param name="Shell">Its shell.</param>
/// <param name="Line">The line in /etc/passwd, from 1.</param>
public sealed record Account(string Name, uint Uid, uint Gid, string Home, string Shell, int Line)
{
    /// <summary>The password field of shadow(5), hashes taken out: <c>(hash)</c>, <c>!</c>, <c>*</c>, empty; null: not known.</summary>
    public string? Password { get; init; }

    /// <summary>Whether somebody could log in with its shell.</summary>
    public bool HasShell => !Shell.EndsWith("/nologin", StringComparison.Ordinal) && !Shell.EndsWith("/false", StringComparison.Ordinal)
        && !Shell.EndsWith("/sync", StringComparison.Ordinal);
}
