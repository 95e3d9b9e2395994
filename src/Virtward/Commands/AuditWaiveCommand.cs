using System.CommandLine;
using System.Globalization;
using Virtward.Core.Policy;
using Virtward.Core.Policy.Reading;
using Virtward.Core.Results;
using Virtward.Guard.Filters;
using Virtward.Hardening.Checks;
using Virtward.Linux;
using Virtward.Linux.Files;

namespace Virtward.Commands;

/// <summary><c>virtward audit waive</c>: writes into the policy that a check may fail for a time.</summary>
public static class AuditWaiveCommand
{
    private const int MaxBytes = 1024 * 1024;

    /// <summary>The command.</summary>
    public static Command Create(CommandHost host)
    {
        Argument<string> id = new("ID") { Description = "The check, such as SSH-05." };
        Option<string> until = new("--until") { Description = "The last day on which it may fail, such as 2027-01-31.", HelpName = "DATE", Required = true };
        Option<string> because = new("--because") { Description = "Why; shown in every report.", HelpName = "TEXT", Required = true };
        Option<string?> policy = new("--policy") { Description = "The policy to write into; without it /etc/virtward/policy.yaml, which is made where there is none.", HelpName = "FILE" };
        var command = new Command("waive", "Lets a check fail until a day, for a reason; it is written into the policy.") { id, until, because, policy };
        command.SetAction(parsed => Run(host, parsed.GetValue(id)!, parsed.GetValue(until)!, parsed.GetValue(because)!, parsed.GetValue(policy)));
        return command;
    }

    private static int Run(CommandHost host, string id, string until, string because, string? policy)
    {
        if (Catalogue.Find(id) is not Check check)
        {
            return host.Fail(new Problem("there is no such check", id, "virtward audit --all lists them"));
        }

        if (!DateOnly.TryParseExact(until, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out DateOnly day))
        {
            return host.Fail(new Problem("the last day of the waiver cannot be read", until, "write it as 2027-01-31"));
        }

        if (day < DateOnly.FromDateTime(host.Clock.GetUtcNow().UtcDateTime))
        {
            return host.Fail(new Problem("that day is over", until, "name one to come"));
        }

        if (string.IsNullOrWhiteSpace(because))
        {
            return host.Fail(new Problem("a waiver needs a reason", Hint: "--because \"only the VPN reaches it\""));
        }

        string path = policy is null ? PolicyFile.Default : Path.GetFullPath(policy);
        var files = new HostTextFiles();
        string text = DefaultPolicy.Text + "\n";
        if (files.Exists(path) && !files.ReadText(path, MaxBytes).TryGet(out text!, out Problem? problem))
        {
            return host.Fail(problem);
        }

        if (!WaiverEdit.Put(text, policy ?? path, new WaiverPolicy(check.Id, day, because.Trim())).TryGet(out string? changed, out problem))
        {
            return host.Fail(problem);
        }

        PolicyReading reading = PolicyReader.Read(changed, policy ?? path, FilterLibrary.Names);
        if (reading.Policy is null)
        {
            return host.Fail(reading.Problems);
        }

        Result<Done> written = HostOutputFiles.Replace(path, System.Text.Encoding.UTF8.GetBytes(changed));
        if (!written.IsOk)
        {
            return host.Fail(written.Problem);
        }

        host.Out.WriteLine($"{check.Id} may fail until {day:yyyy-MM-dd}: written into {path}");
        return ExitCode.Ok;
    }
}
