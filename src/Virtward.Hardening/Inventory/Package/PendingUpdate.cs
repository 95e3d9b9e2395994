namespace Virtward.Hardening.Inventory.Package;

/// <summary>A package that a newer version waits for.</summary>
/// <param name="Package">Its name.</param>
/// <param name="Text">The line that says so.</param>
public sealed record PendingUpdate(string Package, string Text);
