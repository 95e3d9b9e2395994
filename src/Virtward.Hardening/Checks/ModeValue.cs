namespace Virtward.Hardening.Checks;

/// <summary>A file and the permission bits that it is to have.</summary>
/// <param name="Path">The file.</param>
/// <param name="Mode">The bits.</param>
public readonly record struct ModeValue(string Path, UnixFileMode Mode);
