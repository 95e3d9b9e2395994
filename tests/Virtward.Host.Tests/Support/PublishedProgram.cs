using System.Diagnostics;
using Xunit;

namespace Virtward.Host.Tests.Support;

/// <summary>The one file that users get, published as ./publish does it. A second publish of the same sources takes seconds: what it is made of stays in obj.</summary>
public static class PublishedProgram
{
    /// <summary>Publishes into a folder and hands the file's path back.</summary>
    public static string To(string folder)
    {
        // tests/NAME/bin/CONFIGURATION/net10.0/ → the root
        string root = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "../../../../.."));
        var start = new ProcessStartInfo(Path.Combine(root, "publish"), [folder]) { RedirectStandardOutput = true, RedirectStandardError = true };
        using Process publish = Process.Start(start)!;
        Task<string> output = publish.StandardOutput.ReadToEndAsync();
        string error = publish.StandardError.ReadToEnd();
        publish.WaitForExit();
        Assert.True(publish.ExitCode == 0, output.Result + error);
        return Assert.Single(Directory.GetFiles(folder));
    }
}
