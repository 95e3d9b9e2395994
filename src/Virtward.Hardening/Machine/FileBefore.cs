using Virtward.Core.Host;

namespace Virtward.Hardening.Machine;

/// <summary>A file as it is.</summary>
/// <param name="Image">All of it; null: there is none.</param>
/// <param name="MissingDirectory">The topmost directory above it that is missing, too; null: none is.</param>
public sealed record FileBefore(FileImage? Image, string? MissingDirectory) : StepState;
