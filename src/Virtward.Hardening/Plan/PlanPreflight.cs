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
    private const string UnitFolder = "/etc/systemd/system/";

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

        // Where systemd listens, its socket's lines count, not sshd's (systemd.socket(5)).
        (Address? Address, ushort? Port)[] streams = [.. Streams(steps).Select(Door)];
        (Address? Address, ushort? Port)[] doors = streams.Length > 0 ? streams : [.. Values("listenaddress").Select(Door)];
        ushort[] ports = [.. Values("port").Select(Port).OfType<ushort>()];

        // sshd_config(5), ListenAddress: with a port of its own, Port does not count for it.
        ushort[] own = [.. doors.Select(static door => door.Port).OfType<ushort>().Distinct()];
        return new PlannedSsh
        {
            Ports = own.Length > 0 ? [.. own] : ports.Length > 0 ? [.. ports] : null,
            Listen = doors.Length == 0 ? null : Array.Exists(doors, static door => door.Address is null) ? [] : [.. doors.Select(static door => door.Address!.Value).Distinct()],
            AllowUsers = Words("allowusers"),
            AllowGroups = Words("allowgroups"),
            RootLogin = First("permitrootlogin") switch { null => null, "no" => RootLogin.No, "yes" => null, _ => RootLogin.Keys },
            Passwords = First("passwordauthentication") is not { } passwords ? null : passwords != "no" || First("kbdinteractiveauthentication") is null or "yes",
            Keys = First("pubkeyauthentication") is { } keys ? keys != "no" : null,
        };

        string? First(string keyword) => lines.FirstOrDefault(line => line.Keyword == keyword).Values?.FirstOrDefault()?.ToLowerInvariant();

        IEnumerable<string> Values(string keyword) => lines.Where(line => line.Keyword == keyword).Select(static line => line.Values.FirstOrDefault() ?? "");

        ImmutableArray<string>? Words(string keyword)
        {
            string[] words = [.. lines.Where(line => line.Keyword == keyword).SelectMany(static line => line.Values)];
            return words.Length == 0 ? null : [.. words];
        }
    }

    private static IEnumerable<string> Streams(IEnumerable<Step> steps)
    {
        const string stream = "ListenStream=";
        return steps.OfType<FileStep>()
            .Where(static file => file.Content is not null && (file.Path.StartsWith($"{UnitFolder}ssh.socket.d/", StringComparison.Ordinal) || file.Path.StartsWith($"{UnitFolder}sshd.socket.d/", StringComparison.Ordinal)))
            .SelectMany(static file => file.Content!.Split('\n')).Select(static line => line.Trim())
            .Where(static line => line.StartsWith(stream, StringComparison.Ordinal) && line.Length > stream.Length).Select(static line => line[stream.Length..]);
    }

    // "192.0.2.1", "192.0.2.1:22", "2001:db8::1", "[2001:db8::1]:22", "22" (systemd: at every address). A name is no address, so that it is none of this host's.
    private static (Address? Address, ushort? Port) Door(string text)
    {
        if (Port(text) is ushort everywhere)
        {
            return (null, everywhere);
        }

        if (Address.TryParse(text.Trim('[', ']'), out Address plain))
        {
            return (plain, null);
        }

        int colon = text.LastIndexOf(':');
        return colon > 0 && Port(text[(colon + 1)..]) is ushort port && Address.TryParse(text[..colon].Trim('[', ']'), out Address address)
            ? (address, port)
            : (Address.Parse("::1"), null);
    }

    private static ushort? Port(string text) => ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ushort port) ? port : null;

    // sshd_config(5): keyword and arguments, parted by blanks or one '='; from the first Match on, lines are for some only.
    private static IEnumerable<(string Keyword, string[] Values)> Lines(string text) => text.Split('\n')
        .Select(static line => line.Trim()).Where(static line => line.Length > 0 && line[0] != '#')
        .Select(static line => line.Split([' ', '\t', '='], StringSplitOptions.RemoveEmptyEntries))
        .Where(static words => words.Length > 0)
        .Select(static words => (Keyword: words[0].ToLowerInvariant(), Values: words[1..].Select(static word => word.Trim('"')).ToArray()))
        .TakeWhile(static line => line.Keyword != "match");
}
