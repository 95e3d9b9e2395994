using System.Collections.Immutable;
using Virtward.Core.Results;
using Virtward.Guard.Filters.Definitions;

namespace Virtward.Guard.Filters;

/// <summary>The filters that come with the program: <c>Filters/BuiltIn/NAME.yaml</c>, held in the assembly.</summary>
public static class FilterLibrary
{
    private const string Folder = "filters/";
    private const string Extension = ".yaml";

    /// <summary>The names of all built-in filters, sorted.</summary>
    public static ImmutableArray<string> Names =>
    [
        .. typeof(FilterLibrary).Assembly.GetManifestResourceNames()
            .Where(n => n.StartsWith(Folder, StringComparison.Ordinal))
            .Select(n => n[Folder.Length..^Extension.Length])
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>Reads a built-in filter.</summary>
    /// <param name="name">Its name: "sshd".</param>
    public static Result<FilterDefinition> Find(string name)
    {
        using Stream? stream = typeof(FilterLibrary).Assembly.GetManifestResourceStream($"{Folder}{name}{Extension}");
        if (stream is null)
        {
            return new Problem($"there is no built-in filter '{name}'", Hint: $"there are {string.Join(", ", Names)}, or name a file");
        }

        using var reader = new StreamReader(stream);
        FilterReading reading = FilterFileReader.Read(reader.ReadToEnd(), $"{name}{Extension}");
        return reading.Filter is { } filter ? filter : reading.Problems[0];
    }
}
