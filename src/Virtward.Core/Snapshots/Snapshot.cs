using System.Collections.Immutable;

namespace Virtward.Core.Snapshots;

/// <summary>
/// Everything that is read from a host, as raw texts by name, and what could not be read. A live host is read by gathering one in
/// memory; all that follows is a function of it.
/// </summary>
public sealed record Snapshot
{
    /// <summary>How the reason ends where a program is not there.</summary>
    public const string NotInstalled = " is not installed";

    /// <summary>The texts by their file's name, such as <c>ip-link.json</c> or <c>libvirt/domain-web1.xml</c>.</summary>
    public ImmutableSortedDictionary<string, string> Files { get; init; } = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);

    /// <summary>What is not there, or not whole, and why, by file name: <c>nft.txt</c> → <c>it needs root</c>.</summary>
    public ImmutableSortedDictionary<string, string> Missing { get; init; } = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);

    /// <summary>A file's text; null where the snapshot has no such file.</summary>
    public string? Text(string name) => Files.GetValueOrDefault(name);

    /// <summary>The copy of a configuration file; null where the snapshot has none.</summary>
    /// <param name="path">Its absolute path.</param>
    public string? Config(string path) => Files.GetValueOrDefault(SnapshotNames.OfPath(path));

    /// <summary>Whether a program's output is missing because the program is not there.</summary>
    public bool IsNotInstalled(string name) =>
        !Files.ContainsKey(name) && Missing.GetValueOrDefault(name, "").EndsWith(NotInstalled, StringComparison.Ordinal);

    /// <summary>The files whose names begin with something, such as <see cref="SnapshotNames.Domains"/>, in order.</summary>
    public IEnumerable<KeyValuePair<string, string>> StartingWith(string prefix) =>
        Files.Where(file => file.Key.StartsWith(prefix, StringComparison.Ordinal));

    /// <summary>The snapshot with one file more, or another text for it.</summary>
    public Snapshot With(string name, string text) => this with { Files = Files.SetItem(name, text) };

    /// <summary>The snapshot, saying why something is not there.</summary>
    public Snapshot Without(string name, string reason) => this with { Missing = Missing.SetItem(name, reason) };

    /// <summary>
    /// Whether a name may be one of a snapshot's files: letters, digits and <c>._-+@:%,=()</c>, at most one folder (20 below <c>root/</c>), no
    /// part that begins with a dot, 200 characters at most (800 below <c>root/</c>).
    /// </summary>
    public static bool IsName(string name)
    {
        string[] parts = name.Split('/');
        bool isCopy = name.StartsWith(SnapshotNames.Root, StringComparison.Ordinal);
        return name.Length <= (isCopy ? 800 : 200) && parts.Length <= (isCopy ? 20 : 2) && parts.All(static part => part.Length > 0 && part[0] != '.' && part.All(IsNameCharacter));
    }

    /// <summary>Makes a part of a file's name of any text, such as a guest's name; different texts give different names.</summary>
    public static string NamePart(string text)
    {
        var name = new System.Text.StringBuilder();
        foreach (System.Text.Rune rune in text.EnumerateRunes())
        {
            bool plain = rune.IsAscii && rune.Value != '%' && IsNameCharacter((char)rune.Value);
            name.Append(plain ? rune.ToString() : $"%{rune.Value:x}%");
        }

        // A file's name has 200 characters; a longer one keeps its beginning and gets its own number.
        string whole = name.ToString();
        return whole.Length <= 120 ? whole : $"{whole[..80]}%{Fingerprint(whole):x16}";
    }

    private static bool IsNameCharacter(char c) => char.IsAsciiLetterOrDigit(c) || "._-+@:%,=()".Contains(c, StringComparison.Ordinal);

    // FNV-1a: the same on every machine and in every run.
    private static ulong Fingerprint(string text)
    {
        ulong hash = 14695981039346656037;
        foreach (char c in text)
        {
            hash = (hash ^ c) * 1099511628211;
        }

        return hash;
    }
}
