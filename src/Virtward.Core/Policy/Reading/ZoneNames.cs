using System.Collections.Immutable;

namespace Virtward.Core.Policy.Reading;

/// <summary>The zones that a policy may speak of: its own, and those that are there without a word in it.</summary>
/// <param name="zones">The policy's zones.</param>
public sealed class ZoneNames(ImmutableArray<ZonePolicy> zones)
{
    // The rest, and what is guessed from the host.
    private static readonly ImmutableArray<string> Known = ["internet", "management", "vpn", "guests", "containers"];

    private readonly string[] _words = [.. zones.Select(static zone => zone.Name).Concat(Known).Distinct()];

    /// <summary>Reads a zone's name.</summary>
    public bool Zone(YamlItem item, ProblemList problems, out string value) => OneOf(item, problems, _words, out value);

    /// <summary>Reads a zone's name, or <see cref="ServicePolicy.Host"/>.</summary>
    public bool ZoneOrHost(YamlItem item, ProblemList problems, out string value) => OneOf(item, problems, [ServicePolicy.Host, .. _words], out value);

    private static bool OneOf(YamlItem item, ProblemList problems, string[] words, out string value)
    {
        value = item is YamlText text ? text.Text : "";
        if (words.Contains(value))
        {
            return true;
        }

        string? nearest = value.Length == 0 || problems.IsFull ? null : NearestWord.Find(value, words);
        problems.AddExpected(item, $"one of {string.Join(", ", words)}", nearest is null ? "other zones are named under 'zones:'" : $"did you mean '{nearest}'?");
        return false;
    }
}
