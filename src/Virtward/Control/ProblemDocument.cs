using Virtward.Core.Results;

namespace Virtward.Control;

/// <summary>A problem, as the control API answers it.</summary>
/// <param name="What">What failed.</param>
/// <param name="On">On what; null where <paramref name="What"/> says it all.</param>
/// <param name="Hint">What to do; null where nothing helps.</param>
public sealed record ProblemDocument(string What, string? On, string? Hint)
{
    /// <summary>The problem as it was.</summary>
    public Problem ToProblem() => new(What, On, Hint);

    /// <summary>The document of a problem.</summary>
    public static ProblemDocument Of(Problem problem) => new(problem.What, problem.On, problem.Hint);
}
