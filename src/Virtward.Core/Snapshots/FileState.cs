namespace Virtward.Core.Snapshots;

/// <summary>Who owns a file and who may use it, as stat(2) tells, of the path itself: links are not followed.</summary>
/// <param name="Path">The absolute path, below the root that was looked at.</param>
/// <param name="Kind"><c>file</c>, <c>directory</c>, <c>link</c>, <c>socket</c>, <c>other</c>.</param>
/// <param name="Mode">The permission bits with setuid, setgid and sticky: the low 12 bits of st_mode.</param>
/// <param name="Uid">The owner's number.</param>
/// <param name="Gid">The group's number.</param>
/// <param name="Size">Its length in bytes.</param>
/// <param name="Modified">When its content changed last.</param>
public sealed record FileState(string Path, string Kind, int Mode, uint Uid, uint Gid, long Size, DateTimeOffset Modified)
{
    /// <summary>Where a link leads, as it is written; null: it is none.</summary>
    public string? Target { get; init; }

    /// <summary>The mode as chmod(1) takes it: <c>0600</c>.</summary>
    public string ModeText => $"0{Convert.ToString(Mode, 8).PadLeft(3, '0')}";
}
