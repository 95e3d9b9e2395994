using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Virtward.Core.Results;
using Virtward.Core.Snapshots;
using Virtward.Hardening.Inventory;
using Virtward.Linux.Commands;
using Virtward.Linux.Snapshots;

namespace Virtward.Commands;

/// <summary><c>virtward snapshot</c>: saves what an audit reads, secrets left out.</summary>
public static class SnapshotCommand
{
    /// <summary>The command.</summary>
    public static Command Create(CommandHost host)
    {
        Argument<string> path = new("FILE")
        {
            Description = "Where to write it: FILE.tar.gz (or .tgz) for an archive, anything else for a directory.",
        };
        Option<bool> noNftJson = new("--no-nft-json") { Description = "Leave the ruleset's JSON out: it is slow and large where sets are, and the text says more." };
        Option<string> root = new("--root")
        {
            Description = "Read libvirt's and other files below another root; the kernel is always this one.",
            HelpName = "DIR",
            DefaultValueFactory = _ => "/",
        };
        Option<bool> json = CommandOptions.Json();
        var command = new Command("snapshot", "Saves everything that an audit reads from this host, secrets left out.") { path, noNftJson, root, json };
        command.SetAction(async (parsed, cancel) =>
        {
            string to = Path.GetFullPath(parsed.GetValue(path)!);
            var snapshots = new HostSnapshots(new ProcessCommands(), host.Clock, Path.GetFullPath(parsed.GetValue(root)!));
            Snapshot snapshot = await FactsSource.GatherAsync(host, snapshots, !parsed.GetValue(noNftJson), AuditSources.All, cancel);
            if (snapshots.Write(snapshot, to).Problem is Problem problem)
            {
                return host.Fail(problem);
            }

            if (parsed.GetValue(json))
            {
                WriteJson(host.OutBytes, to, snapshot);
            }
            else
            {
                WriteText(host.Out, to, snapshot);
            }

            return ExitCode.Ok;
        });
        return command;
    }

    // "it needs root to read PATH" names the file a second time.
    private const string NeedsRoot = "it needs root";

    private static void WriteText(TextWriter to, string path, Snapshot snapshot)
    {
        long bytes = snapshot.Files.Values.Sum(static text => (long)Encoding.UTF8.GetByteCount(text));
        to.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{path}: {snapshot.Files.Count} files, {bytes:n0} bytes"));
        string[] absent = [.. snapshot.Missing.Where(pair => pair.Key.StartsWith(SnapshotNames.Audit, StringComparison.Ordinal) && snapshot.IsNotInstalled(pair.Key))
            .Select(static pair => pair.Value[..^Snapshot.NotInstalled.Length]).Distinct()];
        if (absent.Length > 0)
        {
            to.WriteLine($"not installed, and so not asked: {string.Join(", ", absent)}");
        }

        // What is missing for one reason is told in one line.
        foreach (var group in snapshot.Missing.Where(pair => !pair.Key.StartsWith(SnapshotNames.Audit, StringComparison.Ordinal) || !snapshot.IsNotInstalled(pair.Key))
            .GroupBy(pair => (What: snapshot.Files.ContainsKey(pair.Key) ? "not whole" : "missing", Reason: pair.Value.StartsWith(NeedsRoot + " to read ", StringComparison.Ordinal) ? NeedsRoot : pair.Value)))
        {
            to.WriteLine($"{group.Key.What}: {string.Join(", ", group.Select(static pair => pair.Key))}: {group.Key.Reason}");
        }
    }

    private static void WriteJson(Stream to, string path, Snapshot snapshot)
    {
        using (var writer = new Utf8JsonWriter(to))
        {
            writer.WriteStartObject();
            writer.WriteString("path", path);
            writer.WriteStartArray("files");
            foreach ((string name, string text) in snapshot.Files)
            {
                writer.WriteStartObject();
                writer.WriteString("name", name);
                writer.WriteNumber("bytes", Encoding.UTF8.GetByteCount(text));
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteStartObject("missing");
            foreach ((string name, string reason) in snapshot.Missing)
            {
                writer.WriteString(name, reason);
            }

            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        to.WriteByte((byte)'\n');
    }
}
