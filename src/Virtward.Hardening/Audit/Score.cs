using System.Collections.Immutable;
using Virtward.Hardening.Checks;

namespace Virtward.Hardening.Audit;

/// <summary>
/// How much of what should hold is proven: the weights of the checks that passed, of all that apply, in percent, rounded down. What is unknown is
/// not proven; what was waived is left out.
/// </summary>
/// <param name="Percent">0 to 100; 100 only where every check passed.</param>
/// <param name="Proven">The weight of the checks that passed.</param>
/// <param name="Possible">The weight of all checks that apply.</param>
/// <param name="Gains">What would raise it, the most first.</param>
public sealed record Score(int Percent, int Proven, int Possible, ImmutableArray<ScoreGain> Gains)
{
    /// <summary>What a check weighs.</summary>
    public static int WeightOf(Severity severity) => severity switch
    {
        Severity.Critical => 20,
        Severity.High => 8,
        Severity.Medium => 3,
        _ => 1,
    };

    /// <summary>The score of some results.</summary>
    public static Score Of(ImmutableArray<CheckResult> results)
    {
        CheckResult[] counted = [.. results.Where(static result => result.Outcome.Status != Status.NotApplicable && result.Waiver is null)];
        int possible = counted.Sum(static result => WeightOf(result.Severity));
        int proven = counted.Where(static result => result.Outcome.Status == Status.Pass).Sum(static result => WeightOf(result.Severity));
        IEnumerable<ScoreGain> gains = counted.Where(static result => result.Outcome.Status is Status.Fail or Status.Unknown)
            .GroupBy(static result => (result.Check.Area, result.Outcome.Status))
            .Select(group => new ScoreGain(
                group.Key.Area, group.Key.Status, [.. group.Select(static result => result.Check.Id)], group.Sum(static result => WeightOf(result.Severity)) * 100.0 / possible));
        return new Score(
            possible == 0 ? 0 : proven * 100 / possible,
            proven,
            possible,
            [.. gains.OrderByDescending(static gain => gain.Points).ThenBy(static gain => gain.Area, StringComparer.Ordinal)]);
    }
}
