namespace Virtward.Host.Tests.Program;

/// <summary>Where the program under test was built.</summary>
public static class BuiltProgram
{
    /// <summary>Its path, of the same configuration as these tests.</summary>
    public static string Path { get; } = Find();

    private static string Find()
    {
        // tests/NAME/bin/CONFIGURATION/net10.0/ → src/Virtward/bin/CONFIGURATION/net10.0/virtward
        var here = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd('/'));
        string configuration = here.Parent!.Name;
        DirectoryInfo root = here.Parent.Parent!.Parent!.Parent!.Parent!;
        string path = System.IO.Path.Combine(root.FullName, "src", "Virtward", "bin", configuration, here.Name, "virtward");
        return File.Exists(path) ? path : throw new FileNotFoundException("the program was not built beside the tests", path);
    }
}
