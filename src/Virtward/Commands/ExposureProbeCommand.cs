using System.Collections.Immutable;
using System.CommandLine;
using System.Text;
using System.Text.Json;
using Virtward.Core.Host;
using Virtward.Core.Net;
using Virtward.Core.Results;
using Virtward.Exposure.Packets;
using Virtward.Exposure.Probing;
using Virtward.Linux;
using Virtward.Linux.Sockets;
using Virtward.Output;
using Command = System.CommandLine.Command;

namespace Virtward.Commands;

/// <summary><c>virtward exposure probe</c>: from another machine, real connections, held against what the exposure says.</summary>
public static class ExposureProbeCommand
{
    private const int AtOnce = 32;
    private const int MaxExpectation = 64 * 1024 * 1024;

    /// <summary>The command.</summary>
    public static Command Create(CommandHost host)
    {
        Argument<string> target = new("TARGET") { Description = "The host to probe: an address or a name. Probe only hosts that are yours." };
        Option<string?> expect = new("--expect") { Description = "What to hold it against: the target's virtward exposure --json.", HelpName = "FILE" };
        Option<string> zone = new("--zone")
        {
            Description = "The target's zone that this machine stands in.",
            HelpName = "ZONE",
            DefaultValueFactory = static _ => "internet",
        };
        Option<string?> source = new("--source")
        {
            Description = "The address that the target sees, where a router translates this machine's own.",
            HelpName = "ADDRESS",
        };
        Option<TimeSpan?> patience = CommandOptions.Duration("--patience", "How long to wait for an answer; 2 seconds if not given.");
        Option<bool> json = CommandOptions.Json();
        var command = new Command("probe", "Tries real connections from this machine, and holds them against what the exposure says. Exit code 1 where they disagree.")
        {
            target, expect, zone, source, patience, json,
        };
        command.SetAction(async (parsed, cancel) =>
        {
            var probes = new HostProbes();
            if (!(await PlanAsync(probes, parsed.GetValue(target)!, parsed.GetValue(expect), parsed.GetValue(zone)!, parsed.GetValue(source), cancel))
                .TryGet(out (Address Address, ImmutableArray<ProbeTarget> Ports) plan, out Problem? problem))
            {
                return host.Fail(problem);
            }

            ProbeFinding[] findings = await RunAsync(host, probes, plan.Address, plan.Ports, parsed.GetValue(patience) ?? TimeSpan.FromSeconds(2), cancel);
            if (parsed.GetValue(json))
            {
                WriteJson(host.OutBytes, plan.Address, findings);
            }
            else
            {
                WriteText(host.Out, plan.Address, findings);
            }

            return findings.Any(static finding => finding.Disagrees) ? ExitCode.No : ExitCode.Ok;
        });
        return command;
    }

    private static async Task<Result<(Address Address, ImmutableArray<ProbeTarget> Ports)>> PlanAsync(
        HostProbes probes, string target, string? expect, string zone, string? source, CancellationToken cancel)
    {
        if (!(await probes.ResolveAsync(target, cancel)).TryGet(out IReadOnlyList<Address>? addresses, out Problem? problem))
        {
            return problem;
        }

        Address address = addresses[0];
        if (expect is null)
        {
            return (address, ProbePlan.Usual());
        }

        Address from;
        if (source is not null)
        {
            if (!Address.TryParse(source, out from))
            {
                return new Problem("--source is no IP address", source);
            }
        }
        else if (!probes.SourceTo(address).TryGet(out from, out problem))
        {
            return problem;
        }

        if (!new HostTextFiles().ReadText(Path.GetFullPath(expect), MaxExpectation).TryGet(out string? text, out problem))
        {
            return problem;
        }

        Result<ImmutableArray<ProbeTarget>> read = ProbePlan.Read(Encoding.UTF8.GetBytes(text), expect, zone, address, from);
        return read.IsOk ? (address, read.Value) : read.Problem;
    }

    private static async Task<ProbeFinding[]> RunAsync(
        CommandHost host, HostProbes probes, Address address, ImmutableArray<ProbeTarget> ports, TimeSpan patience, CancellationToken cancel)
    {
        var progress = new Progress(host.Error, host.ErrorIsTerminal, host.Clock);
        var findings = new ProbeFinding[ports.Length];
        int done = 0;
        await Parallel.ForEachAsync(
            Enumerable.Range(0, ports.Length),
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancel },
            async (at, stop) =>
            {
                ProbeTarget port = ports[at];
                ProbeAnswer answer = port.Protocol == ProtocolNames.Tcp
                    ? await probes.TcpAsync(address, port.Port, patience, stop)
                    : await probes.UdpAsync(address, port.Port, ProbePayloads.Of(port.Port), patience, stop);
                findings[at] = new ProbeFinding(port, answer);
                int sum = Interlocked.Increment(ref done);
                lock (progress)
                {
                    progress.Show(() => $"{sum} of {ports.Length} ports of {address}");
                }
            });
        progress.Clear();
        return [.. findings.OrderByDescending(static finding => finding.Disagrees).ThenByDescending(static finding => finding.Answer == ProbeAnswer.Open)];
    }

    private static void WriteText(TextWriter to, Address address, ProbeFinding[] findings)
    {
        int disagreements = findings.Count(static finding => finding.Disagrees);
        ProbeFinding[] shown = [.. findings.Where(static finding => finding.Disagrees || finding.Answer == ProbeAnswer.Open || finding.Target.Expected is Expected.Open or Expected.Either)];
        if (shown.Length > 0)
        {
            var table = new Columns("", "port", "service", "expected", "answered");
            foreach (ProbeFinding finding in shown)
            {
                table.Add(
                    finding.Disagrees ? "DISAGREES" : finding.Undecided ? "undecided" : "",
                    $"{ProtocolNames.ToText(finding.Target.Protocol)}/{finding.Target.Port}",
                    Words.Safe(finding.Target.Service),
                    Word(finding.Target.Expected),
                    Word(finding.Answer));
            }

            table.Write(to);
            to.WriteLine();
        }

        bool expected = findings.Any(static finding => finding.Target.Expected != Expected.Unknown);
        to.WriteLine($"{address}: {Words.Count(findings.Length, "port")} probed, {findings.Count(static finding => finding.Answer == ProbeAnswer.Open)} open, "
            + $"{findings.Count(static finding => finding.Answer == ProbeAnswer.Silent)} silent"
            + (expected ? $"; {Words.Count(disagreements, "disagreement")} with the exposure" : ""));
    }

    private static void WriteJson(Stream to, Address address, ProbeFinding[] findings)
    {
        using (var writer = new Utf8JsonWriter(to))
        {
            writer.WriteStartObject();
            writer.WriteString("target", address.ToString());
            writer.WriteStartArray("ports");
            foreach (ProbeFinding finding in findings)
            {
                writer.WriteStartObject();
                writer.WriteString("protocol", ProtocolNames.ToText(finding.Target.Protocol));
                writer.WriteNumber("port", finding.Target.Port);
                writer.WriteString("service", finding.Target.Service);
                writer.WriteString("expected", Word(finding.Target.Expected));
                writer.WriteString("answered", Word(finding.Answer));
                writer.WriteBoolean("disagrees", finding.Disagrees);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        to.WriteByte((byte)'\n');
    }

    private static string Word(Expected expected) => expected switch
    {
        Expected.Open => "open",
        Expected.Closed => "closed",
        Expected.Either => "either",
        _ => "unknown",
    };

    private static string Word(ProbeAnswer answer) => answer switch
    {
        ProbeAnswer.Open => "open",
        ProbeAnswer.Refused => "refused",
        ProbeAnswer.Unreachable => "unreachable",
        _ => "silent",
    };
}
