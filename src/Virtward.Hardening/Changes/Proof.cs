using System.Collections.Immutable;

namespace Virtward.Hardening.Changes;

/// <summary>A program that judges what was written before anybody uses it: <c>sshd -t</c>, <c>visudo -c</c>.</summary>
/// <param name="Command">The program with its arguments; exit code 0 is consent.</param>
/// <param name="What">What is proved, for people: "sshd accepts its configuration".</param>
public sealed record Proof(ImmutableArray<string> Command, string What)
{
    /// <summary>What it is told on its standard input; empty: nothing.</summary>
    public string Input { get; init; } = "";

    /// <summary>What its output has to hold: that is consent then, whatever its exit code. Empty: the exit code counts.</summary>
    public ImmutableArray<string> Answers { get; init; } = [];
}
