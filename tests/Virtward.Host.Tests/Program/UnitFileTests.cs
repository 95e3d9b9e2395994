using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Virtward.Core.Policy;
using Virtward.Hardening.Drift;
using Xunit;

namespace Virtward.Host.Tests.Program;

/// <summary>The units of systemd: as closed as they can be, measured by systemd itself.</summary>
public sealed partial class UnitFileTests
{
    [Fact]
    public void Systemd_finds_the_unit_well_sandboxed() => Assert.True(ExposureOf(Path.Combine(BuiltProgram.Root, "packaging", "virtward.service")) <= 2.5);

    [Fact]
    public void Systemd_takes_the_units_that_look_for_drift_and_finds_them_well_sandboxed()
    {
        string folder = Directory.CreateTempSubdirectory("virtward-units").FullName;
        try
        {
            // What it starts needs only be there.
            string service = Path.Combine(folder, Path.GetFileName(DriftUnits.ServicePath));
            File.WriteAllText(service, DriftUnits.Service.Replace("/usr/bin/virtward", "/usr/bin/true", StringComparison.Ordinal));
            Assert.True(ExposureOf(service) <= 3.5);
            foreach (DriftRhythm every in new[] { DriftRhythm.Hourly, DriftRhythm.Daily, DriftRhythm.Weekly })
            {
                string timer = Path.Combine(folder, DriftUnits.Timer);
                File.WriteAllText(timer, DriftUnits.TimerText(every));
                (int code, string output) = Analyze("verify", "--man=no", timer, service);
                Assert.True(code == 0 && !output.Contains("virtward-drift", StringComparison.Ordinal), output);
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static double ExposureOf(string unit)
    {
        string output = Analyze("security", "--offline=true", "--no-pager", unit).Output;
        Match level = Level().Match(output);
        Assert.True(level.Success, output);
        return double.Parse(level.Groups[1].Value, CultureInfo.InvariantCulture);
    }

    private static (int Code, string Output) Analyze(params string[] arguments)
    {
        var start = new ProcessStartInfo("systemd-analyze", arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        try
        {
            using Process analyze = Process.Start(start)!;
            string output = analyze.StandardOutput.ReadToEnd() + analyze.StandardError.ReadToEnd();
            analyze.WaitForExit();
            return (analyze.ExitCode, output);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Assert.Skip("systemd-analyze is not installed");
            throw;
        }
    }

    [GeneratedRegex(@"Overall exposure level for [^:]+: ([0-9.]+)")]
    private static partial Regex Level();
}
