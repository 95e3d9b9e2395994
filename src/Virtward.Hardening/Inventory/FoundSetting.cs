using Virtward.Hardening.Checks;

namespace Virtward.Hardening.Inventory;

/// <summary>A setting and where it stands, after all files were read in their order.</summary>
/// <param name="Value">Its value, without quotes.</param>
/// <param name="Path">The file that wins.</param>
/// <param name="Line">The line in it, from 1.</param>
/// <param name="Text">The line as it is written.</param>
public sealed record FoundSetting(string Value, string Path, int Line, string Text)
{
    /// <summary>The line, for a finding.</summary>
    public Evidence Evidence => Checks.Evidence.OfLine(Path, Line, Text);
}
