namespace Virtward.Hardening.Inventory;

/// <summary>A key of a file with sections.</summary>
/// <param name="Section">What stands in the brackets above it; empty: it stands above all.</param>
/// <param name="Key">Its name, as written.</param>
/// <param name="Value">Its value; that of a key that goes on over several lines has a line feed between them.</param>
/// <param name="Line">The line that it begins in, from 1.</param>
public sealed record IniEntry(string Section, string Key, string Value, int Line);
