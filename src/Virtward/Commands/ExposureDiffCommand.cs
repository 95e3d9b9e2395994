using System.CommandLine;
using System.Text.Json;
using Virtward.Core.Net;
using Virtward.Exposure.Matrix;
using Virtward.Exposure.Packets;
using Virtward.Output;

namespace Virtward.Commands;

/// <summary><c>virtward exposure diff</c>: what became reachable, and what not any more, between two snapshots.</summary>
public static class ExposureDiffCommand
{
    /// <summary>The command.</summary>
    public static Command Create(CommandHost host)
    {
        Argument<string> before = new("A") { Description = "The earlier snapshot." };
        Argument<string> after = new("B") { Description = "The later snapshot." };
        Option<string?> policy = CommandOptions.Policy();
        Option<bool> json = CommandOptions.Json();
        var command = new Command("diff", "What became reachable and what not, between two snapshots. Exit code 1 where anything changed.") { before, after, policy, json };
        command.SetAction(async (parsed, cancel) =>
        {
            ExposureScene? one = await ExposureScene.ReadAsync(host, parsed.GetValue(before), parsed.GetValue(policy), cancel);
            ExposureScene? two = one is null ? null : await ExposureScene.ReadAsync(host, parsed.GetValue(after), parsed.GetValue(policy), cancel);
            if (one is null || two is null)
            {
                return ExitCode.Failed;
            }

            var diff = ExposureDiff.Between(ExposureCommand.Make(host, one, null, cancel), ExposureCommand.Make(host, two, null, cancel));
            if (parsed.GetValue(json))
            {
                WriteJson(host.OutBytes, diff);
            }
            else
            {
                WriteText(host.Out, diff);
            }

            return diff.Changes.IsEmpty ? ExitCode.Ok : ExitCode.No;
        });
        return command;
    }

    private static void WriteText(TextWriter to, ExposureDiff diff)
    {
        if (diff.Changes.IsEmpty)
        {
            to.WriteLine("nothing changed: the same sources reach the same endpoints");
            return;
        }

        var table = new Columns("", "endpoint", "port", "from", "before", "now");
        foreach (ExposureChange change in diff.Changes)
        {
            table.Add(
                !change.Opens ? "closed" : !change.Closes ? "OPENED" : "changed",
                Words.Safe(change.Endpoint.Place switch
                {
                    EndpointPlace.Guest or EndpointPlace.Container => change.Endpoint.Owner,
                    EndpointPlace.Network => $"→ {change.Endpoint.Name}",
                    _ => change.Endpoint.Name,
                }),
                change.Endpoint.PortText,
                change.Zone,
                Told(change.Before, change.PortsBefore),
                Told(change.After, change.PortsAfter));
        }

        table.Write(to);
    }

    private static string Told(string who, string ports) => ports.Length > 0 ? $"{who}: {ports}" : who;

    private static void WriteJson(Stream to, ExposureDiff diff)
    {
        using (var writer = new Utf8JsonWriter(to))
        {
            writer.WriteStartObject();
            writer.WriteStartArray("changes");
            foreach (ExposureChange change in diff.Changes)
            {
                writer.WriteStartObject();
                writer.WriteString("place", ExposureJson.Word(change.Endpoint.Place));
                writer.WriteString("endpoint", change.Endpoint.Name);
                writer.WriteString("owner", change.Endpoint.Owner);
                writer.WriteString("protocol", change.Endpoint.Protocol == Endpoint.AnyProtocol ? "any" : ProtocolNames.ToText(change.Endpoint.Protocol));
                ExposureJson.Ports(writer, change.Endpoint);
                writer.WriteString("zone", change.Zone);
                Prefixes(writer, "opened", change.Opened);
                Prefixes(writer, "closed", change.Closed);
                writer.WriteString("before", Told(change.Before, change.PortsBefore));
                writer.WriteString("after", Told(change.After, change.PortsAfter));
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        to.WriteByte((byte)'\n');
    }

    private static void Prefixes(Utf8JsonWriter writer, string name, PrefixSet set)
    {
        writer.WriteStartArray(name);
        foreach (Prefix prefix in set)
        {
            writer.WriteStringValue(prefix.ToString());
        }

        writer.WriteEndArray();
    }
}
