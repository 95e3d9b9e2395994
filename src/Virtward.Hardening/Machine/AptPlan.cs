using System.Collections.Immutable;

namespace Virtward.Hardening.Machine;

/// <summary>What <c>apt-get install</c> says, in English, before it does anything.</summary>
public static class AptPlan
{
    private const string New = "The following NEW packages will be installed:";

    /// <summary>The packages that come new, the one that was asked for among them.</summary>
    /// <param name="said">Its output: headings, below each of them names, indented, as many as a line takes.</param>
    public static ImmutableArray<string> Brings(string said) =>
    [
        .. said.Split('\n').SkipWhile(static line => line.TrimEnd() != New).Skip(1).TakeWhile(static line => line.StartsWith(' '))
            .SelectMany(static line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)),
    ];
}
