namespace Virtward.Hardening.Inventory.Hypervisor;

/// <summary>Owner and mode of an image, or of a directory above one; links are followed.</summary>
/// <param name="Path">Its path.</param>
/// <param name="Mode">The permission bits.</param>
/// <param name="Uid">The owner's number.</param>
/// <param name="Gid">The group's number.</param>
/// <param name="Kind">As stat(1) names it: <c>regular file</c>, <c>directory</c>, <c>block special file</c>.</param>
public sealed record ImageState(string Path, int Mode, long Uid, long Gid, string Kind)
{
    /// <summary>The mode as chmod(1) takes it.</summary>
    public string ModeText => $"0{Convert.ToString(Mode, 8).PadLeft(3, '0')}";
}
