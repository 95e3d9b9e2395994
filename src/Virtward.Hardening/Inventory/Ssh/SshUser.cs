namespace Virtward.Hardening.Inventory.Ssh;

/// <summary>An account of /etc/passwd.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Uid">Its number.</param>
/// <param name="Gid">Its first group's number.</param>
/// <param name="Home">Its home directory.</param>
/// <param name="Shell">Its shell; empty: /bin/sh.</param>
public sealed record SshUser(string Name, uint Uid, uint Gid, string Home, string Shell)
{
    /// <summary>Whether somebody can work with it: its shell is none of those that only say no.</summary>
    public bool HasShell => !(Shell.EndsWith("/nologin", StringComparison.Ordinal) || Shell.EndsWith("/false", StringComparison.Ordinal)
        || Shell.EndsWith("/sync", StringComparison.Ordinal) || Shell.EndsWith("/shutdown", StringComparison.Ordinal) || Shell.EndsWith("/halt", StringComparison.Ordinal));
}
