using System.Collections.Immutable;
using System.CommandLine;
using System.Text;
using System.Text.Json;
using Virtward.Core.Policy;
using Virtward.Core.Results;
using Virtward.Core.Snapshots;
using Virtward.Exposure.Facts;
using Virtward.Hardening.Audit;
using Virtward.Hardening.Checks;
using Virtward.Hardening.Inventory;
using Virtward.Linux;
using Virtward.Linux.Commands;
using Virtward.Linux.Files;
using Virtward.Linux.Snapshots;
using Virtward.Output;

namespace Virtward.Commands;

/// <summary><c>virtward audit</c>: every check, with evidence and remedies.</summary>
public static class AuditCommand
{
    private const int MaxBaseline = 64 * 1024 * 1024;

    /// <summary>The command with what is below it.</summary>
    public static Command Create(CommandHost host)
    {
        Option<string?> snapshot = FactsSource.Option();
        Option<string?> root = new("--root") { Description = "Read the files below another root; the kernel is always this one.", HelpName = "DIR" };
        Option<string?> policy = CommandOptions.Policy();
        Option<string?> profile = new("--profile") { Description = "isolated, edge or lab; without it what the policy says, or isolated.", HelpName = "PROFILE" };
        Option<string[]> only = new("--only")
        {
            Description = "Only these checks, or areas such as SSH; everything about each of them is shown.", HelpName = "ID,…", AllowMultipleArgumentsPerToken = true,
        };
        Option<bool> all = new("--all") { Description = "Every finding with its evidence and remedy, and how every check came out." };
        Option<string?> baseline = new("--baseline") { Description = "An earlier report (--json): show only what changed since.", HelpName = "FILE" };
        Option<TimeSpan?> patience = CommandOptions.Patience();
        Option<bool> json = CommandOptions.Json();
        Option<string?> html = new("--html") { Description = "Write the report as one page into this file; - for stdout.", HelpName = "FILE" };
        Option<string?> sarif = new("--sarif") { Description = "Write it as SARIF 2.1.0 into this file; - for stdout.", HelpName = "FILE" };
        Option<string?> junit = new("--junit") { Description = "Write it as JUnit's XML into this file; - for stdout.", HelpName = "FILE" };
        var command = new Command("audit", "Checks everything that a KVM host should be, with evidence and what to do. Changes nothing.")
        {
            only, profile, all, snapshot, root, policy, baseline, patience, html, sarif, junit, json, AuditWaiveCommand.Create(host),
        };
        command.SetAction(async (parsed, cancel) =>
        {
            if (parsed.GetValue(snapshot) is not null && parsed.GetValue(root) is not null)
            {
                return host.Fail(new Problem("--snapshot and --root cannot both be given", Hint: "a snapshot holds its own files"));
            }

            string?[] documents = [parsed.GetValue(json) ? "-" : null, parsed.GetValue(html), parsed.GetValue(sarif), parsed.GetValue(junit)];
            if (documents.Count(static document => document == "-") > 1)
            {
                return host.Fail(new Problem("only one document can go to stdout", Hint: "--json is one, and so is each of --html, --sarif and --junit with -: give the others a file"));
            }

            if (Chosen(host, parsed.GetValue(only)) is not ImmutableArray<Check> checks)
            {
                return ExitCode.Failed;
            }

            Result<Baseline?> earlier = ReadBaseline(parsed.GetValue(baseline));
            if (!earlier.IsOk)
            {
                return host.Fail(earlier.Problem);
            }

            AuditFacts? facts = await ReadAsync(
                host, parsed.GetValue(snapshot), parsed.GetValue(root), parsed.GetValue(policy), parsed.GetValue(profile), parsed.GetValue(patience) ?? TimeSpan.Zero, cancel);
            if (facts is null)
            {
                return ExitCode.Failed;
            }

            AuditReport report = Run(host, facts, checks, cancel);
            if (parsed.GetValue(root) is string tree && Path.GetFullPath(tree) != "/")
            {
                // Who audits an image must not take this machine's ports for the image's.
                string note = $"the files are those of {tree}; the kernel with its settings, addresses, sockets and firewall rules is this machine's, and what runs is not known";
                report = report with { Notes = [note, .. report.Notes] };
            }

            int written = WriteFiles(host, facts, report, parsed.GetValue(html), parsed.GetValue(sarif), parsed.GetValue(junit));
            if (written != ExitCode.Ok)
            {
                return written;
            }

            bool piped = documents.Skip(1).Contains("-");
            bool everything = parsed.GetValue(all) || parsed.GetValue(only) is { Length: > 0 };
            return Print(host, report, earlier.Value, parsed.GetValue(json), everything, piped);
        });
        return command;
    }

    /// <summary>The checks that were asked for; null after what is wrong was told.</summary>
    private static ImmutableArray<Check>? Chosen(CommandHost host, string[]? only)
    {
        string[] wanted = [.. (only ?? []).SelectMany(static word => word.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))];
        if (wanted.Length == 0)
        {
            return Catalogue.All;
        }

        foreach (string word in wanted)
        {
            if (!Catalogue.All.Any(check => Is(check, word)))
            {
                host.Fail(new Problem("there is no such check", word, $"ids are {Catalogue.All.FirstOrDefault()?.Id ?? "SSH-01"} and the like, areas {string.Join(", ", Areas.All.Select(static area => area.Prefix))}"));
                return null;
            }
        }

        return [.. Catalogue.All.Where(check => wanted.Any(word => Is(check, word)))];
    }

    private static bool Is(Check check, string word) =>
        check.Id.Equals(word, StringComparison.OrdinalIgnoreCase) || check.Area.Equals(word, StringComparison.OrdinalIgnoreCase);

    private static Result<Baseline?> ReadBaseline(string? path)
    {
        if (path is null)
        {
            return Result<Baseline?>.Ok(null);
        }

        return !new HostTextFiles().ReadText(Path.GetFullPath(path), MaxBaseline).TryGet(out string? text, out Problem? problem)
            ? problem
            : Baseline.Read(text, path).TryGet(out Baseline? baseline, out problem) ? baseline : problem;
    }

    private static async Task<AuditFacts?> ReadAsync(
        CommandHost host, string? snapshot, string? root, string? policyPath, string? profile, TimeSpan patience, CancellationToken cancel)
    {
        // A snapshot of another host, or another root, has its own policy or none; this host's would judge it wrongly.
        string place = root is null ? "/" : Path.GetFullPath(root);
        HostPolicy? policy = snapshot is not null && policyPath is null
            ? DefaultPolicy.Read()
            : PolicyFile.Load(host, policyPath is null ? new HostTextFiles(place) : new HostTextFiles(), policyPath);
        if (policy is null)
        {
            return null;
        }

        string word = profile ?? policy.Audit.Profile;
        if (AuditWords.ProfileOf(word) is not Profile judged)
        {
            host.Fail(new Problem("there is no such profile", word, "it is isolated, edge or lab"));
            return null;
        }

        var snapshots = new HostSnapshots(new ProcessCommands { Patience = patience }, host.Clock, place);
        Snapshot gathered;
        if (snapshot is null)
        {
            if (root is not null && !HostSnapshots.IsDirectory(place))
            {
                host.Fail(new Problem("there is no such directory", root, "check the path"));
                return null;
            }

            gathered = await FactsSource.GatherAsync(host, snapshots, nftJson: false, AuditSources.All, cancel);
        }
        else if (!snapshots.Read(Path.GetFullPath(snapshot)).TryGet(out gathered!, out Problem? problem))
        {
            host.Fail(problem);
            return null;
        }

        var facts = HostFacts.Read(gathered);
        return new AuditFacts(facts, policy, judged, facts.Meta.Taken ?? host.Clock.GetUtcNow());
    }

    private static AuditReport Run(CommandHost host, AuditFacts facts, ImmutableArray<Check> checks, CancellationToken cancel)
    {
        var progress = new Progress(host.Error, host.ErrorIsTerminal, host.Clock);
        AuditReport report = Auditor.Run(facts, checks, facts.Policy.Audit.Waivers, done => progress.Show(() => $"{done} of {checks.Length} checks"), cancel);
        progress.Clear();
        return report;
    }

    private static int WriteFiles(CommandHost host, AuditFacts facts, AuditReport report, string? html, string? sarif, string? junit)
    {
        if (html is not null && !Write(host, html, Encoding.UTF8.GetBytes(AuditPage.Draw(report, facts.Exposure.Report))))
        {
            return ExitCode.Failed;
        }

        if (sarif is not null)
        {
            using var bytes = new MemoryStream();
            using (var writer = new Utf8JsonWriter(bytes, new JsonWriterOptions { Indented = true }))
            {
                AuditSarif.Write(writer, report, typeof(AuditCommand).Assembly.GetName().Version?.ToString(3) ?? "0");
            }

            if (!Write(host, sarif, bytes.ToArray()))
            {
                return ExitCode.Failed;
            }
        }

        if (junit is not null)
        {
            using var bytes = new MemoryStream();
            AuditJunit.Write(bytes, report);
            if (!Write(host, junit, bytes.ToArray()))
            {
                return ExitCode.Failed;
            }
        }

        return ExitCode.Ok;
    }

    private static bool Write(CommandHost host, string path, byte[] content)
    {
        if (path == "-")
        {
            host.OutBytes.Write(content);
            return true;
        }

        Result<Done> written = HostOutputFiles.Write(Path.GetFullPath(path), content);
        if (!written.IsOk)
        {
            host.Fail(written.Problem);
        }

        return written.IsOk;
    }

    private static int Print(CommandHost host, AuditReport report, Baseline? baseline, bool json, bool all, bool piped)
    {
        if (json)
        {
            using (var writer = new Utf8JsonWriter(host.OutBytes))
            {
                if (baseline is null)
                {
                    AuditJson.Write(writer, report);
                }
                else
                {
                    AuditJson.WriteChanges(writer, report, baseline);
                }
            }

            host.OutBytes.WriteByte((byte)'\n');
        }
        else if (!piped)
        {
            var text = new AuditText(host.Out, Paint.For(host.OutIsTerminal));
            if (baseline is null)
            {
                text.Write(report, all);
            }
            else
            {
                text.WriteChanges(report, baseline);
            }
        }

        bool found = baseline is null ? report.Open.Any() : baseline.NewIn(report).Any();
        return found ? ExitCode.No : ExitCode.Ok;
    }
}
