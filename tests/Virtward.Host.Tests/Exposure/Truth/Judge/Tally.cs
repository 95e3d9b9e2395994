namespace Virtward.Host.Tests.Exposure.Truth.Judge;

/// <summary>What a run counted.</summary>
internal sealed class Tally
{
    public int Rulesets { get; set; }

    public int Rules { get; set; }

    public int RefusedLines { get; set; }

    public int Packets { get; set; }

    public int Unproven { get; set; }

    public List<Disagreement> Disagreements { get; } = [];

    /// <summary>How often each outcome was seen.</summary>
    public Dictionary<string, int> Seen { get; } = [];

    public override string ToString() =>
        $"{Packets} packets, {Rules} rules in {Rulesets} rulesets ({RefusedLines} lines refused by nft), {Disagreements.Count} disagreements, "
        + $"{Unproven} unproven ({(Packets == 0 ? 0 : 100.0 * Unproven / Packets):f2} %); kernel: "
        + string.Join(", ", Seen.OrderByDescending(static one => one.Value).Select(static one => $"{one.Value} {one.Key}"));
}
