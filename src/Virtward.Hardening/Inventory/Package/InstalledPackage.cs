namespace Virtward.Hardening.Inventory.Package;

/// <summary>A package that is installed.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Version">Its version as the package manager writes it.</param>
/// <param name="Architecture">For which processor.</param>
public sealed record InstalledPackage(string Name, string Version, string Architecture);
