namespace Virtward.Hardening.Changes;

/// <summary>A text file of ours, or one that must be edited, as a whole; owned by root.</summary>
/// <param name="Path">Its absolute path; directories above it are made with mode 0755.</param>
/// <param name="Content">What it is to hold, as UTF-8; null: it is not to exist.</param>
/// <param name="Mode">Its permission bits for a file that is new; one that exists keeps its owner and mode.</param>
public sealed record FileStep(string Path, string? Content, UnixFileMode Mode) : Step;
