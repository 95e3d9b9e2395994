namespace Virtward.Hardening.Inventory.Unit;

/// <summary>A unit of systemd.</summary>
/// <param name="Name">Its name with its kind: <c>ssh.service</c>.</param>
/// <param name="Load"><c>loaded</c>, <c>not-found</c>, <c>masked</c> …; empty: not in memory, or not known.</param>
/// <param name="Active"><c>active</c>, <c>inactive</c>, <c>failed</c>, <c>activating</c> …; empty: not in memory, or not known.</param>
/// <param name="Sub">The finer state: <c>running</c>, <c>exited</c>, <c>listening</c>, <c>waiting</c> …</param>
/// <param name="FileState">What is to happen at boot: <c>enabled</c>, <c>disabled</c>, <c>masked</c>, <c>static</c>, <c>alias</c> …; empty: it has no file, or not known.</param>
/// <param name="Description">What it is, in its own words.</param>
public sealed record Unit(string Name, string Load, string Active, string Sub, string FileState, string Description)
{
    /// <summary>Whether it runs, listens or waits now.</summary>
    public bool IsActive => Active is "active" or "activating" or "reloading" or "refreshing";

    /// <summary>Whether it starts at boot by itself.</summary>
    public bool IsEnabled => FileState is "enabled" or "enabled-runtime" or "linked" or "alias";

    /// <summary>Whether it cannot be started at all.</summary>
    public bool IsMasked => FileState.StartsWith("masked", StringComparison.Ordinal) || Load == "masked";

    /// <summary>For evidence: <c>active (running), enabled</c>.</summary>
    public string Told => $"{(Active.Length > 0 ? Active : "not loaded")}{(Sub.Length > 0 ? $" ({Sub})" : "")}, {(FileState.Length > 0 ? FileState : "no unit file")}";
}
