namespace Virtward.Hardening.Checks;

/// <summary>A setting in one of libvirt's files and what it is to be.</summary>
/// <param name="Path">The file.</param>
/// <param name="Name">The setting.</param>
/// <param name="Value">Its value as the file writes it, with its quotes.</param>
public readonly record struct ConfigValue(string Path, string Name, string Value);
