using System.Collections.Immutable;

namespace Virtward.Core.Host;

/// <summary>A program to run with its arguments, input and limits.</summary>
/// <param name="Program">Its name, looked up in the system's own directories, or its absolute path.</param>
/// <param name="Arguments">Its arguments as they are; nothing is quoted or expanded.</param>
public sealed record Command(string Program, ImmutableArray<string> Arguments)
{
    /// <summary>Makes a command from its words.</summary>
    public static Command Of(string program, params ReadOnlySpan<string> arguments) => new(program, [.. arguments]);

    /// <summary>What it reads on its standard input; empty: nothing.</summary>
    public string Input { get; init; } = "";

    /// <summary>How long it may take before it is killed.</summary>
    public TimeSpan TimeLimit { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The most characters it may write to each of its outputs before it is killed.</summary>
    public int MaxOutput { get; init; } = 4 * 1024 * 1024;
}
