using Virtward.Hardening.Checks;

namespace Virtward.Hardening.Inventory.Access;

/// <summary>A line of a configuration file that says something: comments are left out, continued lines put together.</summary>
/// <param name="Path">The file.</param>
/// <param name="Line">Where it begins, from 1.</param>
/// <param name="Text">What it says.</param>
public sealed record ConfigLine(string Path, int Line, string Text)
{
    /// <summary>The line, for a finding.</summary>
    public Evidence Evidence => Checks.Evidence.OfLine(Path, Line, Text);
}
