using System.Collections.Immutable;

namespace Virtward.Hardening.Makers;

/// <summary>A setting of sshd that is to hold.</summary>
/// <param name="Name">As people write it: <c>PermitRootLogin</c>.</param>
/// <param name="Values">Its values; of a list one for each line.</param>
/// <param name="IsList">Whether sshd takes all lines of it, not the first: then no other may stand anywhere.</param>
internal sealed record SshWantedLine(string Name, ImmutableArray<string> Values, bool IsList)
{
    /// <summary>Which values in force will do, in lower case; null: the one that is wanted.</summary>
    public Func<string, bool>? Good { get; init; }

    /// <summary>As sshd names it.</summary>
    public string Keyword => Name.ToLowerInvariant();

    /// <summary>The lines to write.</summary>
    public string Text => IsList && Name is "Port" or "ListenAddress" ? string.Join('\n', Values.Select(value => $"{Name} {value}")) : $"{Name} {string.Join(' ', Values)}";
}
