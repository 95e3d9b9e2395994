using System.Collections.Immutable;

namespace Virtward.Core.Policy;

/// <summary>
/// A filter as a policy names it: <c>sshd</c>, <c>sshd[mode=aggressive]</c>, a path to a file of our own format (<c>.yaml</c>) or of
/// fail2ban's (<c>.conf</c>).
/// </summary>
/// <param name="Name">The built-in name or the path, without options.</param>
/// <param name="Options">The options in brackets, by name; <c>mode</c> is the one that built-in filters know.</param>
public sealed record FilterReference(string Name, ImmutableSortedDictionary<string, string> Options)
{
    /// <summary>The reading mode, <c>normal</c> unless the options say otherwise.</summary>
    public string Mode => Options.GetValueOrDefault("mode", "normal");

    /// <summary>Whether the name is a path to a file rather than a built-in filter.</summary>
    public bool IsFile => Name.Contains('/', StringComparison.Ordinal)
        || Name.EndsWith(".yaml", StringComparison.Ordinal)
        || Name.EndsWith(".conf", StringComparison.Ordinal);
}
