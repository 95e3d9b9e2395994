using System.Collections.Immutable;

namespace Virtward.Hardening.Machine;

/// <summary>What <c>dnf --assumeno</c> says, in English, that it would do: a table in parts, each with a heading.</summary>
public static class DnfPlan
{
    private static readonly ImmutableArray<string> Coming = ["Installing:", "Installing dependencies:", "Installing weak dependencies:"];
    private static readonly ImmutableArray<string> Going = ["Removing:", "Removing dependent packages:", "Removing unused dependencies:"];

    /// <summary>The packages that come new, the one that was asked for among them.</summary>
    public static ImmutableArray<string> Brings(string said) => Under(said, Coming);

    /// <summary>The packages that go, those that were asked for among them.</summary>
    public static ImmutableArray<string> Takes(string said) => Under(said, Going);

    // A row is a blank and the package's name; where that is long, what belongs to it follows on a line of its own, which begins with more blanks.
    private static ImmutableArray<string> Under(string said, ImmutableArray<string> headings)
    {
        var names = ImmutableArray.CreateBuilder<string>();
        bool within = false;
        foreach (string line in said.Split('\n'))
        {
            if (line.Length == 0 || line[0] != ' ')
            {
                within = headings.Contains(line.TrimEnd());
            }
            else if (within && line.Length > 1 && line[1] != ' ')
            {
                names.Add(line[1..].Split(' ', 2)[0].TrimEnd());
            }
        }

        return names.ToImmutable();
    }
}
