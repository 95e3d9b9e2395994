using System.Collections.Immutable;

namespace Virtward.Core.Snapshots;

/// <summary>What is to be read of a host besides its network and its guests: which files, which programs' outputs, whose modes.</summary>
public sealed record SnapshotSources
{
    /// <summary>Nothing.</summary>
    public static readonly SnapshotSources None = new();

    /// <summary>Files, with their texts.</summary>
    public ImmutableArray<FileSource> Files { get; init; } = [];

    /// <summary>Paths, with wildcards, of which only owner, mode, size and time are read.</summary>
    public ImmutableArray<string> States { get; init; } = [];

    /// <summary>
    /// Directories that are walked for files that run with other rights than the caller's (setuid, setgid), or that everybody may write to. Other
    /// file systems below them are left out.
    /// </summary>
    public ImmutableArray<string> Walks { get; init; } = [];

    /// <summary>Programs.</summary>
    public ImmutableArray<CommandSource> Commands { get; init; } = [];

    /// <summary>Programs that can only be asked when something else is known, such as sshd about each Match block of its configuration.</summary>
    public ImmutableArray<Func<Snapshot, IEnumerable<CommandSource>>> FollowUps { get; init; } = [];

    /// <summary>All of several.</summary>
    public static SnapshotSources Join(params ReadOnlySpan<SnapshotSources> parts)
    {
        SnapshotSources all = None;
        foreach (SnapshotSources part in parts)
        {
            all = new SnapshotSources
            {
                Files = all.Files.AddRange(part.Files),
                States = all.States.AddRange(part.States),
                Walks = all.Walks.AddRange(part.Walks),
                Commands = all.Commands.AddRange(part.Commands),
                FollowUps = all.FollowUps.AddRange(part.FollowUps),
            };
        }

        return all;
    }
}
