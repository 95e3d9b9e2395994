using System.Diagnostics.CodeAnalysis;

namespace Virtward.Core.Results;

/// <summary>A value, or the problem that kept it from being.</summary>
/// <typeparam name="T">What success yields; <see cref="Done"/> where there is nothing to yield.</typeparam>
public readonly struct Result<T>
{
    private readonly T? _value;

    private Result(T? value, Problem? problem)
    {
        _value = value;
        Problem = problem;
    }

    /// <summary>The problem; null on success.</summary>
    public Problem? Problem { get; }

    /// <summary>Whether there is a value.</summary>
    [MemberNotNullWhen(false, nameof(Problem))]
    public bool IsOk => Problem is null;

    /// <summary>The value; asking for it on failure is a bug and throws.</summary>
    public T Value => IsOk ? _value! : throw new InvalidOperationException($"no value: {Problem}");

    /// <summary>A success.</summary>
    public static Result<T> Ok(T value) => new(value, null);

    /// <summary>A failure.</summary>
    public static Result<T> Fail(Problem problem) => new(default, problem);

    /// <summary>The value as a success, so that a method can just return it.</summary>
    public static implicit operator Result<T>(T value) => Ok(value);

    /// <summary>The problem as a failure, so that a method can just return it.</summary>
    public static implicit operator Result<T>(Problem problem) => Fail(problem);

    /// <summary>Takes the value or the problem apart.</summary>
    public bool TryGet([MaybeNullWhen(false)] out T value, [NotNullWhen(false)] out Problem? problem)
    {
        value = _value;
        problem = Problem;
        return problem is null;
    }
}
