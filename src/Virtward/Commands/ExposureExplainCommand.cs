using System.Collections.Immutable;
using System.CommandLine;
using System.Text.Json;
using Virtward.Core.Results;
using Virtward.Exposure.Facts.Guests;
using Virtward.Exposure.Matrix;
using Virtward.Exposure.Zones;
using Virtward.Output;

namespace Virtward.Commands;

/// <summary><c>virtward exposure explain</c>: which rules let whom through to one endpoint, and what would close it.</summary>
public static class ExposureExplainCommand
{
    // "dnsmasq" on a host with forty networks: a person who wants them all asks by address.
    private const int MaxEndpoints = 8;

    /// <summary>The command.</summary>
    public static Command Create(CommandHost host)
    {
        Argument<string> endpoint = new("ENDPOINT")
        {
            Description = "A service (ssh), a port (22, tcp/22), ADDRESS:PORT, a guest (web1) or a guest's port (web1:80).",
        };
        Option<string?> from = ExposureScene.ZoneOption("--from", "Only from this zone.");
        Option<string?> snapshot = FactsSource.Option();
        Option<string?> policy = CommandOptions.Policy();
        Option<bool> json = CommandOptions.Json();
        var command = new Command("explain", "Which rules let whom through to an endpoint, rule by rule, and what would close it.") { endpoint, from, snapshot, policy, json };
        command.SetAction(async (parsed, cancel) =>
        {
            ExposureScene? scene = await ExposureScene.ReadAsync(host, parsed.GetValue(snapshot), parsed.GetValue(policy), cancel);
            if (scene is null || !scene.Knows(host, parsed.GetValue(from)))
            {
                return ExitCode.Failed;
            }

            var maker = new MatrixMaker(scene.Facts, scene.Ruleset, scene.Zones);
            if (!EndpointChoice.Find(parsed.GetValue(endpoint)!, maker.Endpoints())
                .TryGet(out ImmutableArray<(Endpoint Endpoint, Guest? Guest)> found, out Problem? problem))
            {
                return host.Fail(problem);
            }

            Zone[] zones = [.. scene.Zones.Zones.Where(zone => parsed.GetValue(from) is not { } name || zone.Name == name)];
            ExposureRow[] rows = [.. found.Take(MaxEndpoints).Select(one => new ExposureRow(
                one.Endpoint, [.. zones.Select(zone => maker.Ask(one.Endpoint, one.Guest, zone))]))];
            if (parsed.GetValue(json))
            {
                using (var writer = new Utf8JsonWriter(host.OutBytes))
                {
                    ExplainJson.Write(writer, rows, scene.Ruleset);
                }

                host.OutBytes.WriteByte((byte)'\n');
            }
            else
            {
                ExplainText.Write(host.Out, rows, scene.Ruleset);
            }

            if (found.Length > MaxEndpoints)
            {
                host.Error.WriteLine($"{found.Length - MaxEndpoints} more endpoints are called so: ask for one by ADDRESS:PORT");
            }

            return ExitCode.Ok;
        });
        return command;
    }
}
