using System.Collections.Immutable;
using System.Globalization;
using Virtward.Core.Host;
using Virtward.Core.Net;
using Virtward.Core.Policy;
using Virtward.Core.Results;
using Virtward.Hardening.Changes;
using Virtward.Hardening.Inventory;
using Virtward.Hardening.Preflight;

namespace Virtward.Hardening.Plan;

/// <summary>Asks the pre-flight about a plan: the rules and the sshd that its own steps would make, not those that a policy speaks of.</summary>
public static class PlanPreflight
{
    private const string SshFolder = "/etc/ssh/sshd_config";

    /// <summary>Says why nobody is locked out by a plan, or who would be.</summary>
    /// <param name="facts">The host as it is, under the policy that is to be.</param>
    /// <param name="plan">What is to be done; null: nothing, the host is judged as it is.</param>
    /// <param name="actor">Who wants to apply it.</param>
    public static Result<PreflightVerdict> Judge(AuditFacts facts, ClosingPlan? plan, Actor actor)
    {
        Step[] steps = plan is null ? [] : [.. plan.Changes.SelectMany(static change => change.Steps).Select(static planned => planned.Step)];
        SshSession? session = actor is { From: { } from, To: { } to } ? new SshSession(from, to, (ushort)actor.ToPort) : null;
        return PreflightCheck.Judge(facts, steps.OfType<FirewallStep>().FirstOrDefault()?.Script, Ssh(steps), session);
    }

    /// <summary>What becomes of sshd by the files that the steps write: the first value counts, drop-ins come before the main file, and what depends on who comes is not looked at.</summary>
    internal static PlannedSsh Ssh(IEnumerable<Step> steps)
    {
        List<(string Keyword, string[] Values)> lines = [];
        foreach (FileStep file in steps.OfType<FileStep>().Where(static file => file.Content is not null && file.Path.StartsWith(SshFolder, StringComparison.Ordinal))
            .OrderBy(static file => file.Path == SshFolder ? 1 : 0).ThenBy(static file => file.Path, StringComparer.Ordinal))
        {
            lines.AddRange(Lines(file.Content!));
        }

        return new PlannedSsh
        {
            Ports = All<ushort>("port", static word => ushort.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out ushort port) ? port : null),
            Listen = All<Address>("listenaddress", static word => Address.TryParse(word.Trim('[', ']'), out Address address) ? address : null),
            AllowUsers = Words("allowusers"),
            AllowGroups = Words("allowgroups"),
            RootLogin = First("permitrootlogin") switch { null => null, "no" => RootLogin.No, "yes" => null, _ => RootLogin.Keys },
            Passwords = First("passwordauthentication") is not { } passwords ? null : passwords != "no" || First("kbdinteractiveauthentication") is null or "yes",
            Keys = First("pubkeyauthentication") is { } keys ? keys != "no" : null,
        };

        string? First(string keyword) => lines.FirstOrDefault(line => line.Keyword == keyword).Values?.FirstOrDefault()?.ToLowerInvariant();

        ImmutableArray<string>? Words(string keyword)
        {
            string[] words = [.. lines.Where(line => line.Keyword == keyword).SelectMany(static line => line.Values)];
            return words.Length == 0 ? null : [.. words];
        }

        ImmutableArray<T>? All<T>(string keyword, Func<string, T?> read)
            where T : struct
        {
            T[] values = [.. lines.Where(line => line.Keyword == keyword).Select(line => read(line.Values.FirstOrDefault() ?? "")).OfType<T>()];
            return values.Length == 0 ? null : [.. values];
        }
    }

    // sshd_config(5): keyword and arguments, parted by blanks or one '='; from the first Match on, lines are for some only.
    private static IEnumerable<(string Keyword, string[] Values)> Lines(string text) => text.Split('\n')
        .Select(static line => line.Trim()).Where(static line => line.Length > 0 && line[0] != '#')
        .Select(static line => line.Split([' ', '\t', '='], StringSplitOptions.RemoveEmptyEntries))
        .Where(static words => words.Length > 0)
        .Select(static words => (Keyword: words[0].ToLowerInvariant(), Values: words[1..].Select(static word => word.Trim('"')).ToArray()))
        .TakeWhile(static line => line.Keyword != "match");
}
