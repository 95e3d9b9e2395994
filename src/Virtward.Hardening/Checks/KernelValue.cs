namespace Virtward.Hardening.Checks;

/// <summary>A kernel setting and what it is to be.</summary>
/// <param name="Key">The setting, as sysctl(8) writes it.</param>
/// <param name="Value">Its value.</param>
public readonly record struct KernelValue(string Key, int Value);
