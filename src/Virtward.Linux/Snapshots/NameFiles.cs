using Virtward.Core.Snapshots;

namespace Virtward.Linux.Snapshots;

/// <summary>The names that iproute2 prints in place of numbers, from where its versions keep them.</summary>
internal static class NameFiles
{
    private const int MaxFile = 1024 * 1024;

    /// <summary>Reads them; a host without names of its own has none of these files.</summary>
    public static void Gather(Gathering gathering, string root)
    {
        Gather(gathering, SnapshotNames.RouteTableNames, root, "rt_tables");
        Gather(gathering, SnapshotNames.GroupNames, root, "group");
    }

    private static void Gather(Gathering gathering, string name, string root, string file)
    {
        // What the administrator wrote comes last: of two numbers for a name the last holds.
        var places = new List<string>();
        foreach (string directory in new[] { "usr/lib/iproute2", "usr/share/iproute2", "etc/iproute2" })
        {
            string path = Path.Combine(root, directory, file);
            places.Add(path);
            if (Directory.Exists(path + ".d"))
            {
                places.AddRange(Directory.EnumerateFiles(path + ".d", "*.conf").Order(StringComparer.Ordinal));
            }
        }

        IEnumerable<string> texts = places.Select(Text).Where(static text => text.Length > 0);
        string whole = string.Join('\n', texts);
        if (whole.Length > 0)
        {
            gathering.Add(name, whole);
        }
    }

    private static string Text(string path)
    {
        try
        {
            var file = new FileInfo(path);
            return file.Exists && file.Length <= MaxFile ? File.ReadAllText(path) : "";
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
