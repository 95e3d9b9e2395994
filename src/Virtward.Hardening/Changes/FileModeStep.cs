namespace Virtward.Hardening.Changes;

/// <summary>A file's permission bits. Nothing to do where there is no such file.</summary>
/// <param name="Path">Its absolute path; never a symbolic link.</param>
/// <param name="Mode">What they are to be.</param>
public sealed record FileModeStep(string Path, UnixFileMode Mode) : Step;
