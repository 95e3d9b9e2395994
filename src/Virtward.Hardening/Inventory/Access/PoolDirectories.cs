using Virtward.Core.Snapshots;

namespace Virtward.Hardening.Inventory.Access;

/// <summary>The directories that libvirt's storage pools keep images in.</summary>
public static class PoolDirectories
{
    /// <summary>By the pools' definitions; never fails.</summary>
    public static IEnumerable<string> Of(Snapshot snapshot)
    {
        foreach ((_, string xml) in snapshot.StartingWith(SnapshotNames.OfPath("/etc/libvirt/storage") + "/")
            .Where(static file => file.Key.EndsWith(".xml", StringComparison.Ordinal)))
        {
            // libvirt writes these files itself, an element a line; the only path of a pool that is a directory stands in its <target>.
            int type = xml.IndexOf("<pool type=", StringComparison.Ordinal);
            bool isDirectory = type >= 0 && (At(xml, type + 11, "'dir'") || At(xml, type + 11, "\"dir\"") || At(xml, type + 11, "'fs'")
                || At(xml, type + 11, "\"fs\""));
            int target = xml.IndexOf("<target>", StringComparison.Ordinal);
            int start = target < 0 ? -1 : xml.IndexOf("<path>", target, StringComparison.Ordinal);
            int end = start < 0 ? -1 : xml.IndexOf("</path>", start, StringComparison.Ordinal);
            if (isDirectory && end > 0 && xml[(start + 6)..end].Trim() is { Length: > 1 and < 4096 } path && path[0] == '/')
            {
                yield return path.TrimEnd('/');
            }
        }
    }

    private static bool At(string text, int index, string what) => string.CompareOrdinal(text, index, what, 0, what.Length) == 0;
}
