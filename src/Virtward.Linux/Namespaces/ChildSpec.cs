using System.Collections.Immutable;

namespace Virtward.Linux.Namespaces;

/// <summary>A program to start.</summary>
/// <param name="File">Its path, or a name to be found in PATH.</param>
/// <param name="Arguments">Its arguments, each as the program shall see it; no shell is in between.</param>
public sealed record ChildSpec(string File, ImmutableArray<string> Arguments)
{
    /// <summary>The network namespace to start it in; null: the caller's.</summary>
    public NetworkNamespace? Network { get; init; }

    /// <summary>Variables that are set on top of the caller's own environment.</summary>
    public ImmutableDictionary<string, string> Environment { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>
    /// Takes each line of standard output as soon as it is there, on the child's reading thread; null: the output is kept for
    /// <see cref="ChildOutcome"/>.
    /// </summary>
    public Action<string>? OnOutputLine { get; init; }
}
