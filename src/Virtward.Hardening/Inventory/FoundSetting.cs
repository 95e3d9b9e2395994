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

    /// <summary>What has to be done before a drop-in of ours counts: a line that is read after it is taken out. None where ours is read last.</summary>
    /// <param name="ours">Our drop-in. Drop-ins are read by their names, after the main file; but apt reads /etc/apt/apt.conf after them (apt.conf(5)).</param>
    public IEnumerable<string> StepsBefore(string ours)
    {
        static string Name(string path) => path[(path.LastIndexOf('/') + 1)..];
        if (Path == "/etc/apt/apt.conf" || (Path.Contains(".d/", StringComparison.Ordinal) && string.CompareOrdinal(Name(Path), Name(ours)) > 0))
        {
            yield return $"# {Path}:{Line}: take out \"{Text.Trim()}\", which is read later and so would win";
        }
    }
}
