using Virtward.Core.Snapshots;
using Virtward.Linux.Files;

namespace Virtward.Linux.Snapshots;

/// <summary>The names that iproute2 prints in place of numbers, from where its versions keep them.</summary>
internal static class NameFiles
{
    private const int MaxFile = 1024 * 1024;
    private const int MaxFiles = 1000;

    /// <summary>Reads them; a host without names of its own has none of these files.</summary>
    public static void Gather(Gathering gathering, string root)
    {
        using RootDirectory? tree = RootDirectory.Open(root);
        if (tree is not null)
        {
            Gather(gathering, SnapshotNames.RouteTableNames, tree, "rt_tables");
            Gather(gathering, SnapshotNames.GroupNames, tree, "group");
        }
    }

    private static void Gather(Gathering gathering, string name, RootDirectory tree, string file)
    {
        // What the administrator wrote comes last: of two numbers for a name the last holds.
        var places = new List<string>();
        foreach (string directory in new[] { "/usr/lib/iproute2", "/usr/share/iproute2", "/etc/iproute2" })
        {
            string path = $"{directory}/{file}";
            places.Add(path);
            places.AddRange(tree.Names($"{path}.d", MaxFiles).Where(static entry => entry.EndsWith(".conf", StringComparison.Ordinal)).Select(entry => $"{path}.d/{entry}"));
        }

        string whole = string.Join('\n', places.Select(path => tree.ReadText(path, MaxFile, out _)).Where(static text => !string.IsNullOrEmpty(text)));
        if (whole.Length > 0)
        {
            gathering.Add(name, whole);
        }
    }
}
