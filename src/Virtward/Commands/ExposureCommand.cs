using System.CommandLine;
using System.Text;
using System.Text.Json;
using Virtward.Core.Results;
using Virtward.Exposure.Matrix;
using Virtward.Linux.Files;
using Virtward.Output;

namespace Virtward.Commands;

/// <summary><c>virtward exposure</c>: who reaches what, from every zone.</summary>
public static class ExposureCommand
{
    /// <summary>The command with everything below it.</summary>
    public static Command Create(CommandHost host)
    {
        Option<string?> snapshot = FactsSource.Option();
        Option<string?> policy = CommandOptions.Policy();
        Option<string?> zone = ExposureScene.ZoneOption("--zone", "Only what is reached from this zone.");
        Option<bool> all = new("--all") { Description = "Show every endpoint, also those that nobody reaches." };
        Option<string?> svg = new("--svg") { Description = "Draw the picture into this file.", HelpName = "FILE" };
        Option<bool> json = CommandOptions.Json();
        var command = new Command("exposure", "Who can reach what on this host and its guests, computed from all of its rules.")
        {
            snapshot, policy, zone, all, svg, json,
            ExposureExplainCommand.Create(host),
            ExposureTraceCommand.Create(host),
            ExposureDiffCommand.Create(host),
            ExposureProbeCommand.Create(host),
        };
        command.SetAction(async (parsed, cancel) =>
        {
            ExposureScene? scene = await ExposureScene.ReadAsync(host, parsed.GetValue(snapshot), parsed.GetValue(policy), cancel);
            if (scene is null || !scene.Knows(host, parsed.GetValue(zone)))
            {
                return ExitCode.Failed;
            }

            ExposureReport report = Make(host, scene, parsed.GetValue(zone), cancel);
            if (parsed.GetValue(svg) is { } picture)
            {
                Result<Done> written = HostOutputFiles.Write(Path.GetFullPath(picture), Encoding.UTF8.GetBytes(ExposurePicture.Draw(report)));
                if (!written.IsOk)
                {
                    return host.Fail(written.Problem);
                }
            }

            if (parsed.GetValue(json))
            {
                using (var writer = new Utf8JsonWriter(host.OutBytes))
                {
                    ExposureJson.Write(writer, report);
                }

                host.OutBytes.WriteByte((byte)'\n');
            }
            else
            {
                ExposureText.Write(host.Out, report, parsed.GetValue(all), host.OutWidth);
            }

            return ExitCode.Ok;
        });
        return command;
    }

    /// <summary>Computes the matrix, with a line of progress on a terminal.</summary>
    internal static ExposureReport Make(CommandHost host, ExposureScene scene, string? zone, CancellationToken cancel)
    {
        var progress = new Progress(host.Error, host.ErrorIsTerminal, host.Clock);
        ExposureReport report = scene.Matrix().Make(
            zone, (done, of) => progress.Show(() => $"{done} of {of} endpoints"), cancel);
        progress.Clear();
        return report;
    }
}
