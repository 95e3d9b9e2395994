namespace Virtward.Guard.Sources;

/// <summary>How far a log has been handed on, to be saved together with what came of its lines, and handed back at the next start.</summary>
/// <param name="Key">Which log: <c>file:/var/log/auth.log</c> or <c>journal:sshd</c>.</param>
/// <param name="Mark">Where in it: opaque outside this room; one that cannot be read counts as none.</param>
public sealed record SourcePosition(string Key, string Mark);
