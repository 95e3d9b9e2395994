namespace Virtward.Hardening.Machine;

/// <summary>A file's permission bits as they are.</summary>
/// <param name="Mode">The bits; null: there is no such file.</param>
public sealed record FileModeBefore(UnixFileMode? Mode) : StepState;
