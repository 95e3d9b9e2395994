using System.Collections.Immutable;

namespace Virtward.Linux.Sockets;

/// <summary>A process that may hold listeners.</summary>
/// <param name="Pid">Its number.</param>
/// <param name="Name">Its name as the kernel has it.</param>
/// <param name="Namespace">Its network namespace (<c>net:[4026531840]</c>); null: not to be seen.</param>
internal sealed record ProcessEntry(int Pid, string Name, string? Namespace)
{
    /// <summary>Its program's path; null: not to be seen.</summary>
    public string? Program { get; init; }

    /// <summary>All its arguments, secrets among them: they are never handed on.</summary>
    public ImmutableArray<string> Arguments { get; init; } = [];

    /// <summary>Its control group, of systemd's hierarchy: <c>/system.slice/sshd.service</c>.</summary>
    public string ControlGroup { get; init; } = "";
}
