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
            Description = "A service (ssh), a port (22, tcp/22), ADDRESS:PORT, a guest (web1), a guest's port (web1:80), a zone (management, host) or a way (guests->management).",
        };
        Option<string?> from = ExposureScene.ZoneOption("--from", "Only from this zone.");
        Option<string?> snapshot = FactsSource.Option();
        Option<string?> policy = CommandOptions.Policy();
        Option<bool> json = CommandOptions.Json();
        var command = new Command("explain", "Which rules let whom through to an endpoint, rule by rule, and what would close it.") { endpoint, from, snapshot, policy, json };
        command.SetAction(async (parsed, cancel) =>
        {
            ExposureScene? scene = await ExposureScene.ReadAsync(host, parsed.GetValue(snapshot), parsed.GetValue(policy), cancel);
            (string? start, string wanted) = Split(parsed.GetValue(endpoint)!, parsed.GetValue(from));
            if (scene is null || (start != Zone.Host && !scene.Knows(host, start)))
            {
                return ExitCode.Failed;
            }

            if (scene.Facts.Gaps.Any())
            {
                host.Error.WriteLine($"virtward: {Words.Unknown(scene.Facts.Gaps)}");
            }

            MatrixMaker maker = scene.Matrix();
            if (!EndpointChoice.Find(wanted, [.. maker.Endpoints(), .. maker.Destinations().Select(static one => (one, (Guest?)null))])
                .TryGet(out ImmutableArray<(Endpoint Endpoint, Guest? Guest)> found, out Problem? problem))
            {
                return host.Fail(problem);
            }

            Zone[] zones = [.. scene.Zones.Zones.Append(MatrixMaker.TheHost).Where(zone => start is null || zone.Name == start)];
            ExposureRow[] rows = [.. found.Take(MaxEndpoints).Select(one => new ExposureRow(
                one.Endpoint, [.. zones.Where(zone => MatrixMaker.Asks(zone, one.Endpoint)).Select(zone => maker.Ask(one.Endpoint, one.Guest, zone))]))];
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

    // "guests->management" is "management" with "--from guests".
    private static (string? From, string Endpoint) Split(string text, string? from)
    {
        foreach (string arrow in (ReadOnlySpan<string>)["->", "→"])
        {
            int at = text.IndexOf(arrow, StringComparison.Ordinal);
            if (at > 0 && from is null)
            {
                return (text[..at].Trim(), text[(at + arrow.Length)..].Trim());
            }
        }

        return (from, text);
    }
}
