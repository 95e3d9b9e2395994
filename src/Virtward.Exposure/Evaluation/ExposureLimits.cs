namespace Virtward.Exposure.Evaluation;

/// <summary>How much one question may take before it is answered as unproven: rulesets may be made to be hard.</summary>
/// <param name="Steps">How many rules may be run, counted once for each kind of packets.</param>
/// <param name="Nodes">How many nodes the sets of packets may have; each takes about 20 bytes.</param>
public sealed record ExposureLimits(long Steps, int Nodes)
{
    /// <summary>Five million rules, twelve million nodes.</summary>
    public static readonly ExposureLimits Usual = new(5_000_000, 12_000_000);
}
