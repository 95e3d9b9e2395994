using System.Globalization;
using System.Text.RegularExpressions;
using Virtward.Host.Tests.Exposure.Truth.Scene;

namespace Virtward.Host.Tests.Exposure.Truth.Generator;

/// <summary>Loads drafts into the kernel; lines that nft refuses are taken out.</summary>
internal static partial class Loading
{
    /// <summary>The draft as the kernel took it, or null where nothing helped; and what was refused, with why.</summary>
    public static Draft? Load(TruthScene scene, Draft draft, List<string> refused)
    {
        for (int tries = 0; tries < 12; tries++)
        {
            string? error = scene.Load(draft.ToString());
            if (error is null)
            {
                return draft;
            }

            // The flush that the scene puts before is line 1. A chain that something still jumps to is refused as a whole.
            var lines = Place().Matches(error).Select(static match => int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture) - 1).ToHashSet();
            string[] text = draft.ToString().Split('\n');
            foreach (int line in lines.Where(line => line >= 1 && line <= text.Length))
            {
                refused.Add($"{text[line - 1].Trim()}   <- {error.Split('\n')[0]}");
            }

            var parts = lines.Select(draft.PartInLine).Where(static part => part >= 0).ToHashSet();
            if (parts.Count == 0)
            {
                refused.Add(error);
                return null;
            }

            draft = draft.Without(parts.Contains);
        }

        return null;
    }

    [GeneratedRegex(@"^[^\n:]+:(\d+):\d+-\d+: Error", RegexOptions.Multiline)]
    private static partial Regex Place();
}
