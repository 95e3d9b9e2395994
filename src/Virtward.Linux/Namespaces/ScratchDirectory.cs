namespace Virtward.Linux.Namespaces;

/// <summary>A directory for what a throwaway host needs: configuration, keys, logs.</summary>
public sealed class ScratchDirectory
{
    /// <summary>Makes the directory.</summary>
    public ScratchDirectory(string path)
    {
        Path = path;
        Directory.CreateDirectory(path);
    }

    /// <summary>Where it is.</summary>
    public string Path { get; }

    /// <summary>The path of something in it.</summary>
    public string this[string name] => $"{Path}/{name}";

    /// <summary>Writes a file that only the owner may change and, unless told otherwise, all may read. Returns its path.</summary>
    public string Write(string name, string text, bool secret = false)
    {
        string path = this[name];
        File.WriteAllText(path, text);
        _ = NamespaceNative.ChangeMode(path, secret ? NamespaceNative.OwnerOnly : NamespaceNative.AllRead);
        return path;
    }

    /// <summary>Makes a directory in it. Returns its path.</summary>
    public string Make(string name) => Directory.CreateDirectory(this[name]).FullName;

    /// <summary>Reads a small file in it.</summary>
    public string Read(string name) => File.ReadAllText(this[name]);
}
