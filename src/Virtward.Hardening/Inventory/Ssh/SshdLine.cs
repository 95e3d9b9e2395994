using System.Collections.Immutable;

namespace Virtward.Hardening.Inventory.Ssh;

/// <summary>A setting in one of sshd's files.</summary>
/// <param name="Path">The file.</param>
/// <param name="Number">The line, from 1.</param>
/// <param name="Keyword">The keyword, in lower case.</param>
/// <param name="Arguments">Its arguments, without quotes.</param>
/// <param name="Text">The line as it is written.</param>
/// <param name="Order">Its place in the order that sshd reads all files in.</param>
/// <param name="Match">The Match block that it stands in; null: it is for every connection.</param>
public sealed record SshdLine(string Path, int Number, string Keyword, ImmutableArray<string> Arguments, string Text, int Order, SshdMatch? Match)
{
    /// <summary>Its arguments in one text.</summary>
    public string Value => string.Join(' ', Arguments);

    /// <summary><c>/etc/ssh/sshd_config:57</c>.</summary>
    public string Place => $"{Path}:{Number}";
}
