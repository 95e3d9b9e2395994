namespace Virtward.Hardening.Changes;

/// <summary>Whether a package is installed, through the distribution's own package manager.</summary>
/// <param name="Package">Its name.</param>
/// <param name="Installed">Whether it is to be there.</param>
public sealed record PackageStep(string Package, bool Installed) : Step;
