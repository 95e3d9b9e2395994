namespace Virtward.Host.Tests.Exposure.Truth.Judge;

/// <summary>What a run counted.</summary>
internal sealed class Tally
{
    public int Rulesets { get; set; }

    public int Rules { get; set; }

    public int RefusedLines { get; set; }

    public int Packets { get; set; }

    public int Unproven { get; set; }

    /// <summary>Differences in what the kernel drew by itself, otherwise in another life.</summary>
    public int Drawn { get; set; }

    /// <summary>Refusals whose answer got lost.</summary>
    public int Mute { get; set; }

    /// <summary>Differences that nft's listing is to blame for.</summary>
    public int Misprinted { get; set; }

    /// <summary>Answers that are unproven because nft lists two different rules alike.</summary>
    public int Untold { get; set; }

    /// <summary>Differences in how often a neighbour was told of a shorter way, which time allows.</summary>
    public int Late { get; set; }

    public List<Disagreement> Disagreements { get; } = [];

    /// <summary>How often each outcome was seen.</summary>
    public Dictionary<string, int> Seen { get; } = [];

    /// <summary>Counts an outcome.</summary>
    public void Count(string outcome) => Seen[outcome] = Seen.GetValueOrDefault(outcome) + 1;

    public override string ToString() =>
        $"{Packets} packets, {Rules} rules in {Rulesets} rulesets ({RefusedLines} lines refused by nft), {Disagreements.Count} disagreements, "
        + $"{Unproven} of them unproven ({(Packets == 0 ? 0 : 100.0 * Unproven / Packets):f2} %), {Drawn} drawn, {Mute} mute, {Misprinted} misprinted, {Untold} untold, {Late} late; kernel: "
        + string.Join(", ", Seen.OrderByDescending(static one => one.Value).Select(static one => $"{one.Value} {one.Key}"));
}
