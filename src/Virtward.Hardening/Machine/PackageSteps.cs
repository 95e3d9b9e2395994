using System.Collections.Immutable;
using Virtward.Core.Host;
using Virtward.Core.Results;
using Virtward.Hardening.Changes;

namespace Virtward.Hardening.Machine;

/// <summary>Packages, by apt and dpkg or dnf and rpm, whichever the host has.</summary>
internal sealed class PackageSteps(HostMachine machine) : IStepHandler<PackageStep, PackageBefore>
{
    private const int MaxLog = 16 * 1024 * 1024;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan LockPatience = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan StopPatience = TimeSpan.FromMinutes(2);
    private static readonly ImmutableArray<string> UnitKinds = [".service", ".socket", ".timer", ".path"];
    private static readonly ImmutableArray<string> QuickFetch = ["--option=Acquire::Retries=0", "--option=Acquire::http::Timeout=20", "--option=Acquire::https::Timeout=20", "--error-on=any"];

    public async Task<Result<PackageBefore>> ReadAsync(PackageStep step, CancellationToken cancel)
    {
        Command ask = IsDebian
            ? Command.Of("dpkg-query", "--show", "--showformat=${db:Status-Status} ${Version}", "--", step.Package)
            : Command.Of("rpm", "--query", "--queryformat", "installed %{EVR}", "--", step.Package);
        if (!(await machine.Commands.RunAsync(ask, cancel)).TryGet(out CommandOutput? output, out Problem? problem))
        {
            return problem;
        }

        string[] words = output.Succeeded ? output.Output.Split(' ', 2) : [];
        return words switch
        {
            // Awaited triggers are work for the sake of other packages; this one is there.
            ["installed" or "triggers-awaited" or "triggers-pending", var version] => new PackageBefore(version.Trim()),
            [var remains and not "not-installed", _] => new PackageBefore(null, remains),
            _ => new PackageBefore(null),
        };
    }

    public bool Holds(PackageStep step, PackageBefore state) => state.Version is not null == step.Installed;

    /// <summary>
    /// What was, with what the step is about to bring along, for a journal: that must be known also where the power fails half-way. Packages are fetched for that, and none installed.
    /// </summary>
    public async Task<PackageBefore> ForeseeAsync(PackageStep step, PackageBefore before, CancellationToken cancel)
    {
        if (!step.Installed || before.Version is not null || !IsDebian)
        {
            return before;
        }

        // Lists that nobody fetched for long name files that the mirror has no more: they are fetched anew, once, and may name other packages then.
        CommandOutput? said = await FetchAsync();
        if (said is not { Succeeded: true } && (await AptAsync(["update", .. QuickFetch], cancel)).IsOk)
        {
            said = await FetchAsync();
        }

        return said is null ? before : before with { Brings = string.Join(' ', AptPlan.Brings(said.Output).Where(one => one != step.Package)) };

        async Task<CommandOutput?> FetchAsync() =>
            (await RunAsync("apt-get", [.. Unasked, "--download-only", "install", "--", step.Package], cancel)).TryGet(out CommandOutput? output, out _) ? output : null;
    }

    public async Task<Result<Done>> SetAsync(PackageStep step, PackageBefore before, CancellationToken cancel)
    {
        if (Holds(step, before))
        {
            return default(Done);
        }

        return IsDebian
            ? await AptAsync([step.Installed ? "install" : "remove", "--", step.Package], cancel)
            : await DnfAsync(step.Installed, step.Package, cancel);
    }

    public async Task<Result<Done>> RestoreAsync(PackageStep step, PackageBefore before, CancellationToken cancel)
    {
        if (!(await ReadAsync(step, cancel)).TryGet(out PackageBefore? now, out Problem? problem))
        {
            return problem;
        }

        if (before.Version is not null)
        {
            return now.Version is not null ? default(Done)
                : IsDebian ? await AptAsync(["install", "--", step.Package], cancel)
                : await DnfAsync(true, step.Package, cancel);
        }

        return IsDebian ? await TakeAwayAsync(step.Package, before, now, cancel)
            : now.Version is null ? default(Done)
            : await DnfAsync(false, step.Package, cancel);
    }

    private bool IsDebian => machine.Files.Read("/usr/bin/dpkg-query", 64 * 1024 * 1024) is { IsOk: true, Value: not null };

    // Half unpacked, or not configured to the end.
    private static bool IsBrokenOff(PackageBefore state) => state is { Version: null, Remains: not ("" or "config-files") };

    // With all that came with it, and without its configuration, for there was none of it; where that would take something else along, it goes alone.
    private async Task<Result<Done>> TakeAwayAsync(string package, PackageBefore before, PackageBefore now, CancellationToken cancel)
    {
        string log = machine.Files.Read(AptHistory.Path, MaxLog).TryGet(out FileImage? image, out _) && image is not null ? image.Content.ToText() : "";
        string[] along = [.. AptHistory.BroughtBy(log, package).Union(before.Brings.Split(' ', StringSplitOptions.RemoveEmptyEntries))];
        List<string> brokenOff = await OfAsync(along, IsBrokenOff, cancel);
        if (IsBrokenOff(now) && !IsBrokenOff(before))
        {
            brokenOff.Add(package);
        }

        if (brokenOff.Count > 0)
        {
            // It is not configured first, which might start it; and while one is half unpacked, apt and dpkg do nothing else without force (dpkg(1), reinst-required).
            await RetireAsync([.. brokenOff], forGood: before.Remains.Length == 0, cancel);
            _ = await RunAsync("dpkg", ["--force-depends", "--force-remove-reinstreq", "--purge", "--", .. brokenOff], cancel);
            if (!(await ReadAsync(new PackageStep(package, true), cancel)).TryGet(out PackageBefore? left, out Problem? problem))
            {
                return problem;
            }

            now = left;
        }

        List<string> brought = await OfAsync(along, static one => one != new PackageBefore(null), cancel);
        if (brought.Count == 0 && (now.Version, now.Remains) == (before.Version, before.Remains))
        {
            return default(Done);
        }

        // A run that broke off has to be finished before apt does anything; what cannot be is about to go.
        _ = await RunAsync("dpkg", ["--force-confold", "--configure", "--pending"], cancel);
        ImmutableArray<string> away = [package, .. brought];
        if (brought.Count > 0
            && (!(await RunAsync("apt-get", ["--simulate", "purge", "--", .. away], cancel)).TryGet(out CommandOutput? plan, out _) || !TakesOnly(plan.Output, away)))
        {
            away = [package];
        }

        await RetireAsync(away, forGood: before.Remains.Length == 0, cancel);

        // Removed, and not purged, where its configuration was there before.
        return await AptAsync([before.Remains.Length == 0 ? "purge" : "remove", "--", .. away], cancel);
    }

    private async Task<List<string>> OfAsync(IEnumerable<string> packages, Func<PackageBefore, bool> which, CancellationToken cancel)
    {
        List<string> those = [];
        foreach (string package in packages)
        {
            if ((await ReadAsync(new PackageStep(package, true), cancel)).TryGet(out PackageBefore? state, out _) && which(state))
            {
                those.Add(package);
            }
        }

        return those;
    }

    // Not every package stops what it has started before it goes: unattended-upgrades of Debian 12 leaves its service running. What it stops itself is stopped twice.
    // And deb-systemd-helper(1) takes away the links by its own notes, which may be lost when the power fails, the links not.
    private async Task RetireAsync(ImmutableArray<string> packages, bool forGood, CancellationToken cancel)
    {
        if (!machine.HasSystemd || !(await machine.Commands.RunAsync(Command.Of("dpkg-query", ["--listfiles", "--", .. packages]), cancel)).TryGet(out CommandOutput? listed, out _))
        {
            return;
        }

        string[] units =
        [
            .. listed.Output.Split('\n').Where(static path => path.StartsWith("/lib/systemd/system/", StringComparison.Ordinal) || path.StartsWith("/usr/lib/systemd/system/", StringComparison.Ordinal))
                .Select(static path => path[(path.LastIndexOf('/') + 1)..])
                .Where(static name => !name.Contains('@') && UnitKinds.Any(kind => name.EndsWith(kind, StringComparison.Ordinal))),
        ];
        if (units.Length > 0)
        {
            // One that is not known to systemd is none that runs.
            _ = await machine.Commands.RunAsync(Command.Of("systemctl", ["--no-ask-password", "stop", "--", .. units]) with { TimeLimit = StopPatience }, cancel);
        }

        // One after the other: where one has no file yet, systemctl does nothing for the others.
        foreach (string unit in forGood ? units : [])
        {
            _ = await machine.Commands.RunAsync(Command.Of("systemctl", "--no-ask-password", "--no-reload", "disable", "--", unit) with { TimeLimit = StopPatience }, cancel);
        }
    }

    // "Purg auditd [1:3.0.9-1]", "Remv …" is what apt-get --simulate prints of each.
    private static bool TakesOnly(string simulated, ImmutableArray<string> away) => simulated.Split('\n')
        .Where(static line => line.StartsWith("Purg ", StringComparison.Ordinal) || line.StartsWith("Remv ", StringComparison.Ordinal))
        .All(line => away.Contains(line.Split(' ')[1].Split(':')[0]));

    private static ImmutableArray<string> Unasked =>
        ["--quiet", "--yes", "--option=Dpkg::Options::=--force-confold", $"--option=DPkg::Lock::Timeout={LockPatience.TotalSeconds:0}"];

    private async Task<Result<Done>> AptAsync(ImmutableArray<string> words, CancellationToken cancel) =>
        Of(words[0], words[^1], await RunAsync("apt-get", [.. Unasked, .. words], cancel));

    private async Task<Result<Done>> DnfAsync(bool install, string package, CancellationToken cancel)
    {
        string verb = install ? "install" : "remove";
        return Of(verb, package, await machine.Commands.RunAsync(new Command("dnf", ["--quiet", "--assumeyes", verb, package]) { TimeLimit = Patience }, cancel));
    }

    private static Result<Done> Of(string verb, string package, Result<CommandOutput> run) => !run.TryGet(out CommandOutput? output, out Problem? problem) ? problem
        : output.Succeeded ? default(Done)
        : new Problem($"the package manager could not {verb} it: {LastLine(output.Error)}", package);

    // Nobody is there to answer a question.
    private Task<Result<CommandOutput>> RunAsync(string program, ImmutableArray<string> words, CancellationToken cancel) =>
        machine.Commands.RunAsync(new Command("env", ["DEBIAN_FRONTEND=noninteractive", "LC_ALL=C", program, .. words]) { TimeLimit = Patience }, cancel);

    private static string LastLine(string text) => text.TrimEnd().Split('\n')[^1].Trim();
}
