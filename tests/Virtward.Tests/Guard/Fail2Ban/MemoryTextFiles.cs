using Virtward.Core.Host;
using Virtward.Core.Results;

namespace Virtward.Tests.Guard.Fail2Ban;

/// <summary>A tree of text files in memory.</summary>
public sealed class MemoryTextFiles : ITextFiles
{
    private readonly SortedDictionary<string, string> _files = new(StringComparer.Ordinal);

    public string this[string path]
    {
        set => _files[path] = value.ReplaceLineEndings("\n");
    }

    public Result<string> ReadText(string path, int maxBytes) =>
        !_files.TryGetValue(path, out string? text) ? new Problem("there is no such file", path)
        : text.Length > maxBytes ? new Problem("is too large", path)
        : text;

    public IReadOnlyList<string> List(string directory) =>
        [.. _files.Keys.Where(path => Path.GetDirectoryName(path) == directory)];

    public bool Exists(string path) => _files.ContainsKey(path);
}
