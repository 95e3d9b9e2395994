using System.Buffers;
using System.CommandLine;
using System.Text;
using System.Text.Json;
using Virtward.Core.Results;
using Virtward.Exposure.Answers;
using Virtward.Exposure.Evaluation;
using Virtward.Exposure.Packets;
using Virtward.Linux.Files;
using Virtward.Output;

namespace Virtward.Commands;

/// <summary><c>virtward exposure trace</c>: packets through the rules, one by one and in order.</summary>
public static class ExposureTraceCommand
{
    /// <summary>The command.</summary>
    public static Command Create(CommandHost host)
    {
        Argument<string> packets = new("PACKETS")
        {
            Description = "A file with one JSON object a line, - for stdin, or one packet as it is: {\"iif\":\"eth0\",\"saddr\":…}.",
        };
        Option<string?> snapshot = FactsSource.Option();
        Option<bool> json = CommandOptions.Json();
        var command = new Command("trace", "What becomes of a packet, rule by rule. Packets are taken in order: each may make state for those after it.")
        {
            packets, snapshot, json,
        };
        command.SetAction(async (parsed, cancel) =>
        {
            ExposureScene? scene = await ExposureScene.ReadAsync(host, parsed.GetValue(snapshot), null, cancel);
            string from = parsed.GetValue(packets)!;
            if (scene is null)
            {
                return ExitCode.Failed;
            }

            if (!Open(from).TryGet(out TextReader? lines, out Problem? problem))
            {
                return host.Fail(problem);
            }

            using (lines)
            {
                // A pipe gets what the next program can read; a person gets words.
                return await RunAsync(host, scene, from, lines, parsed.GetValue(json) || !host.OutIsTerminal, cancel);
            }
        });
        return command;
    }

    private static Result<TextReader> Open(string from)
    {
        if (from.TrimStart().StartsWith('{'))
        {
            return new StringReader(from);
        }

        return new LinuxLogFiles().OpenOnce(from).TryGet(out Stream? stream, out Problem? problem)
            ? new StreamReader(stream, Encoding.UTF8)
            : problem with { What = "cannot open the packets" };
    }

    private static async Task<int> RunAsync(
        CommandHost host, ExposureScene scene, string name, TextReader lines, bool asJson, CancellationToken cancel)
    {
        var tracer = new Tracer(scene.Ruleset, scene.Facts.Network, new TracerOptions
        {
            ListeningTcp = [.. scene.Facts.Listeners.Where(static listener => listener.Protocol == "tcp").Select(static listener => listener.Port).Distinct()],
        });
        var buffer = new ArrayBufferWriter<byte>();
        using var writer = new Utf8JsonWriter(buffer);
        int number = 0;
        int wrong = 0;
        var packets = new PacketLines(lines);
        while (await packets.NextAsync(cancel) is (true, var line))
        {
            number++;
            if (line is not null && string.IsNullOrWhiteSpace(line))
            {
                continue;
            }

            byte[] text = Encoding.UTF8.GetBytes(line ?? "");
            Result<IdentifiedPacket> packet = line is null ? new Problem($"this line has more than {PacketLines.MaxLine} characters, which no packet needs") : PacketJson.Read(text);
            if (packet.IsOk)
            {
                Trace trace = tracer.Trace(packet.Value.Packet);
                Show(host, writer, buffer, packet.Value, trace, asJson);
            }
            else
            {
                // A line in, a line out, so that those after it are still told apart by their place.
                wrong++;
                host.Fail(packet.Problem with { On = name.StartsWith('{') ? null : name, Line = number });
                ShowProblem(writer, buffer, host, packet.Problem, PacketJson.IdOf(text), number, asJson);
            }
        }

        return wrong == 0 ? ExitCode.Ok : ExitCode.Failed;
    }

    private static void Show(
        CommandHost host, Utf8JsonWriter writer, ArrayBufferWriter<byte> buffer, IdentifiedPacket packet, Trace trace, bool asJson)
    {
        if (!asJson)
        {
            TraceText.Write(host.Out, packet.Packet, trace);
            return;
        }

        TraceJson.Write(writer, packet.Id, trace);
        Flush(host, writer, buffer);
    }

    private static void ShowProblem(Utf8JsonWriter writer, ArrayBufferWriter<byte> buffer, CommandHost host, Problem problem, string? id, int line, bool asJson)
    {
        if (asJson)
        {
            writer.WriteStartObject();
            if (id is not null)
            {
                writer.WritePropertyName("id");
                writer.WriteRawValue(id);
            }

            writer.WriteString("error", problem.ToString());
            writer.WriteNumber("line", line);
            writer.WriteEndObject();
            Flush(host, writer, buffer);
        }
    }

    private static void Flush(CommandHost host, Utf8JsonWriter writer, ArrayBufferWriter<byte> buffer)
    {
        writer.Flush();
        host.OutBytes.Write(buffer.WrittenSpan);
        host.OutBytes.WriteByte((byte)'\n');
        buffer.Clear();
        writer.Reset();
    }
}
