namespace Virtward.Host.Tests.Program;

/// <summary>Where the program under test was built.</summary>
public static class BuiltProgram
{
    // tests/NAME/bin/CONFIGURATION/net10.0/
    private static readonly DirectoryInfo Here = new(AppContext.BaseDirectory.TrimEnd('/'));

    /// <summary>The source tree's root.</summary>
    public static string Root { get; } = Here.Parent!.Parent!.Parent!.Parent!.Parent!.FullName;

    /// <summary>Its path, of the same configuration as these tests; or the one that VIRTWARD_UNDER_TEST names, such as the published one.</summary>
    public static string Path { get; } = Environment.GetEnvironmentVariable("VIRTWARD_UNDER_TEST") ?? Find();

    private static string Find()
    {
        string path = System.IO.Path.Combine(Root, "src", "Virtward", "bin", Here.Parent!.Name, Here.Name, "virtward");
        return File.Exists(path) ? path : throw new FileNotFoundException("the program was not built beside the tests", path);
    }
}
