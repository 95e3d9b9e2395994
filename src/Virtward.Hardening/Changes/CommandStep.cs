using System.Collections.Immutable;

namespace Virtward.Hardening.Changes;

/// <summary>A setting that only its owner's program reads and writes: an SELinux boolean, a firewalld zone, a libvirt network.</summary>
/// <param name="What">What it is, for people: "SELinux boolean virt_use_nfs".</param>
/// <param name="Read">A program with its arguments whose output tells how it is; it changes nothing.</param>
/// <param name="Wanted">That output, without white space at both ends, when it is as it should be.</param>
/// <param name="Set">The programs that set it, in order.</param>
/// <param name="Undo">The programs that set it back, in the order given; <c>{before}</c> in an argument or in <see cref="UndoInput"/> stands for what
/// <paramref name="Read"/> printed before.</param>
public sealed record CommandStep(
    string What, ImmutableArray<string> Read, string Wanted, ImmutableArray<ImmutableArray<string>> Set, ImmutableArray<ImmutableArray<string>> Undo) : Step
{
    /// <summary>Whether <see cref="Read"/> says "no" by exit code 1, as <c>firewall-cmd --query-…</c> does, and not only that it failed.</summary>
    public bool SaysNoByCode { get; init; }

    /// <summary>What each program of <see cref="Set"/> reads on its standard input.</summary>
    public string SetInput { get; init; } = "";

    /// <summary>What each program of <see cref="Undo"/> reads on its standard input.</summary>
    public string UndoInput { get; init; } = "";

    /// <summary>What sets it back while the machine is starting and its owner's program does not run yet, as <see cref="Undo"/>; none: it waits until that runs.</summary>
    public ImmutableArray<ImmutableArray<string>> UndoAtBoot { get; init; } = [];
}
