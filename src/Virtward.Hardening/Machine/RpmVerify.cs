namespace Virtward.Hardening.Machine;

/// <summary>
/// What <c>rpm --verify</c> says of a package's files (rpm(8), VERIFY OPTIONS): a line each, of nine marks or the word missing, a letter where it is of some kind (<c>c</c>: configuration), and the path.
/// </summary>
public static class RpmVerify
{
    private const int Digest = 2;

    /// <summary>The configuration files whose content is not the package's.</summary>
    public static IEnumerable<string> ChangedConfiguration(string said) => Lines(said)
        .Where(static line => line.Marks.Length > Digest && line.Marks[Digest] == '5' && line.Kind == "c").Select(static line => line.Path);

    /// <summary>Whether a file is not there.</summary>
    public static bool IsAnythingMissing(string said) => Lines(said).Any(static line => line.Marks == "missing");

    private static IEnumerable<(string Marks, string Kind, string Path)> Lines(string said) => said.Split('\n')
        .Select(static line => (line, At: line.IndexOf('/', StringComparison.Ordinal)))
        .Where(static one => one.At > 0)
        .Select(static one => (Head: one.line[..one.At].Split(' ', StringSplitOptions.RemoveEmptyEntries), Path: one.line[one.At..].TrimEnd()))
        .Where(static one => one.Head.Length is 1 or 2)
        .Select(static one => (one.Head[0], one.Head.Length == 2 ? one.Head[1] : "", one.Path));
}
