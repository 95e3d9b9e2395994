using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Xunit;

namespace Virtward.Host.Tests.Program;

/// <summary>The systemd unit: as closed as it can be, measured by systemd itself.</summary>
public sealed partial class UnitFileTests
{
    [Fact]
    public void Systemd_finds_the_unit_well_sandboxed()
    {
        var start = new ProcessStartInfo(
            "systemd-analyze", ["security", "--offline=true", "--no-pager", Path.Combine(BuiltProgram.Root, "packaging", "virtward.service")])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        string output;
        try
        {
            using Process analyze = Process.Start(start)!;
            output = analyze.StandardOutput.ReadToEnd() + analyze.StandardError.ReadToEnd();
            analyze.WaitForExit();
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Assert.Skip("systemd-analyze is not installed");
            return;
        }

        Match level = Level().Match(output);
        Assert.True(level.Success, output);
        Assert.True(double.Parse(level.Groups[1].Value, CultureInfo.InvariantCulture) <= 2.5, output);
    }

    [GeneratedRegex(@"Overall exposure level for [^:]+: ([0-9.]+)")]
    private static partial Regex Level();
}
