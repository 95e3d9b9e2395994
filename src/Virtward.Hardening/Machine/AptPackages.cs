using System.Collections.Immutable;
using Virtward.Core.Host;
using Virtward.Core.Results;

namespace Virtward.Hardening.Machine;

/// <summary>Packages by apt and dpkg.</summary>
internal sealed class AptPackages(HostMachine machine) : IPackages
{
    private const int MaxText = 16 * 1024 * 1024;
    private static readonly TimeSpan LockPatience = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan StopPatience = TimeSpan.FromMinutes(2);
    private static readonly ImmutableArray<string> UnitKinds = [".service", ".socket", ".timer", ".path"];
    private static readonly ImmutableArray<(string Folder, string Unit)> Readers =
    [
        ("/etc/apparmor.d/", "apparmor.service"), ("/modules-load.d/", "systemd-modules-load.service"), ("/sysctl.d/", "systemd-sysctl.service"),
        ("/sysusers.d/", "systemd-sysusers.service"), ("/tmpfiles.d/", "systemd-tmpfiles-setup.service"),
    ];

    private static readonly ImmutableArray<string> QuickFetch = ["--option=Acquire::Retries=0", "--option=Acquire::http::Timeout=20", "--option=Acquire::https::Timeout=20", "--error-on=any"];

    public async Task<Result<PackageBefore>> ReadAsync(string package, CancellationToken cancel)
    {
        Command ask = Command.Of("dpkg-query", "--show", "--showformat=${db:Status-Status} ${Version}", "--", package);
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

    // Packages are fetched for that, and none installed.
    public async Task<PackageBefore> ForeseeAsync(string package, PackageBefore before, CancellationToken cancel)
    {
        if (before.Version is not null)
        {
            return before;
        }

        // Lists that nobody fetched for long name files that the mirror has no more: they are fetched anew, once, and may name other packages then.
        CommandOutput? said = await FetchAsync();
        if (said is not { Succeeded: true } && (await AptAsync(["update", .. QuickFetch], cancel)).IsOk)
        {
            said = await FetchAsync();
        }

        return said is null ? before : before with { Brings = string.Join(' ', AptPlan.Brings(said.Output).Where(one => one != package)) };

        async Task<CommandOutput?> FetchAsync() =>
            (await RunAsync("apt-get", [.. Unasked, "--download-only", "install", "--", package], cancel)).TryGet(out CommandOutput? output, out _) ? output : null;
    }

    public Task<Result<Done>> InstallAsync(string package, CancellationToken cancel) => AptAsync(["install", "--", package], cancel);

    public async Task<Result<Done>> RemoveAsync(string package, CancellationToken cancel)
    {
        if (!(await RunAsync("apt-get", ["--simulate", "remove", "--", package], cancel)).TryGet(out CommandOutput? plan, out Problem? problem))
        {
            return problem;
        }

        string[] others = [.. Takes(plan.Output).Where(one => one != package)];
        return others.Length > 0 ? PackageSteps.Needed(package, others, PackageSteps.NameThemFirst) : await AptAsync(["remove", "--", package], cancel);
    }

    public async Task<Result<Done>> BringBackAsync(string package, PackageBefore before, CancellationToken cancel)
    {
        Result<PackageBefore> now = await ReadAsync(package, cancel);
        return !now.IsOk ? now.Problem : now.Value.Version is not null ? default(Done) : await InstallAsync(package, cancel);
    }

    // Half unpacked, or not configured to the end.
    private static bool IsBrokenOff(PackageBefore state) => state is { Version: null, Remains: not ("" or "config-files") };

    // With all that came with it, and without its configuration, for there was none of it; where that would take something else along, it goes alone.
    public async Task<Result<Done>> TakeAwayAsync(string package, PackageBefore before, Dictionary<string, string> scripts, CancellationToken cancel)
    {
        if (!(await ReadAsync(package, cancel)).TryGet(out PackageBefore? now, out Problem? problem))
        {
            return problem;
        }

        string[] along = [.. AptHistory.BroughtBy(Text(AptHistory.Path), package).Union(before.Brings.Split(' ', StringSplitOptions.RemoveEmptyEntries))];
        foreach (string one in along.Append(package))
        {
            scripts[one] = string.Concat(ScriptsOf(one).Select(path => Text(path)));
        }

        List<string> brokenOff = await OfAsync(along, IsBrokenOff, cancel);
        if (IsBrokenOff(now) && !IsBrokenOff(before))
        {
            brokenOff.Add(package);
        }

        if (brokenOff.Count > 0)
        {
            // It is not configured first, which might start it; and while one is half unpacked, apt and dpkg do nothing else without force (dpkg(1), reinst-required).
            string files = await FilesOfAsync([.. brokenOff], cancel);
            await RetireAsync(files, forGood: before.Remains.Length == 0, cancel);
            _ = await RunAsync("dpkg", ["--force-depends", "--force-remove-reinstreq", "--purge", "--", .. brokenOff], cancel);
            if (!(await ReadAsync(package, cancel)).TryGet(out PackageBefore? left, out problem))
            {
                return problem;
            }

            now = left;
            await ReadAgainAsync(files, cancel);
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
            && (!(await RunAsync("apt-get", ["--simulate", "purge", "--", .. away], cancel)).TryGet(out CommandOutput? plan, out _) || !Takes(plan.Output).All(away.Contains)))
        {
            away = [package];
        }

        await RetireAsync(await FilesOfAsync(away, cancel), forGood: before.Remains.Length == 0, cancel);

        // Removed, and not purged, where its configuration was there before.
        return await AptAsync([before.Remains.Length == 0 ? "purge" : "remove", "--", .. away], cancel);
    }

    private string Text(string path) => machine.Files.Read(path, MaxText).TryGet(out FileImage? image, out _) && image is not null ? image.Content.ToText() : "";

    // deb-postinst(7), dpkg's database, and sysusers.d(5) in the name that debhelper gives.
    private static IEnumerable<string> ScriptsOf(string package) =>
        [$"/var/lib/dpkg/info/{package}.preinst", $"/var/lib/dpkg/info/{package}.postinst", $"/var/lib/dpkg/info/{package}.postrm", $"/usr/lib/sysusers.d/{package}.conf"];

    private async Task<List<string>> OfAsync(IEnumerable<string> packages, Func<PackageBefore, bool> which, CancellationToken cancel)
    {
        List<string> those = [];
        foreach (string package in packages)
        {
            if ((await ReadAsync(package, cancel)).TryGet(out PackageBefore? state, out _) && which(state))
            {
                those.Add(package);
            }
        }

        return those;
    }

    // Not every package stops what it has started before it goes: unattended-upgrades of Debian 12 leaves its service running. What it stops itself is stopped twice.
    // And deb-systemd-helper(1) takes away the links by its own notes, which may be lost when the power fails, the links not.
    private async Task RetireAsync(string files, bool forGood, CancellationToken cancel)
    {
        if (!machine.HasSystemd)
        {
            return;
        }

        string[] units =
        [
            .. files.Split('\n').Where(static path => path.StartsWith("/lib/systemd/system/", StringComparison.Ordinal) || path.StartsWith("/usr/lib/systemd/system/", StringComparison.Ordinal))
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

    private async Task<string> FilesOfAsync(ImmutableArray<string> packages, CancellationToken cancel) =>
        (await machine.Commands.RunAsync(Command.Of("dpkg-query", ["--listfiles", "--", .. packages]), cancel)).TryGet(out CommandOutput? listed, out _) ? listed.Output : "";

    // Whoever reads a folder as a whole at the start has failed on half a package's files there, and would stay failed until the next start: a profile of AppArmor that includes a file which
    // was still to be made ends apparmor.service so.
    private async Task ReadAgainAsync(string files, CancellationToken cancel)
    {
        foreach ((string folder, string unit) in machine.HasSystemd ? Readers : [])
        {
            if (files.Contains(folder, StringComparison.Ordinal)
                && (await machine.Commands.RunAsync(Command.Of("systemctl", "is-failed", "--quiet", "--", unit), cancel)).TryGet(out CommandOutput? failed, out _) && failed.Succeeded)
            {
                _ = await machine.Commands.RunAsync(Command.Of("systemctl", "--no-ask-password", "start", "--", unit) with { TimeLimit = StopPatience }, cancel);
            }
        }
    }

    // "Purg auditd [1:3.0.9-1]", "Remv …" is what apt-get --simulate prints of each.
    private static IEnumerable<string> Takes(string simulated) => simulated.Split('\n')
        .Where(static line => line.StartsWith("Purg ", StringComparison.Ordinal) || line.StartsWith("Remv ", StringComparison.Ordinal))
        .Select(static line => line.Split(' ')[1].Split(':')[0]);

    private static ImmutableArray<string> Unasked =>
        ["--quiet", "--yes", "--option=Dpkg::Options::=--force-confold", $"--option=DPkg::Lock::Timeout={LockPatience.TotalSeconds:0}"];

    private async Task<Result<Done>> AptAsync(ImmutableArray<string> words, CancellationToken cancel) =>
        PackageSteps.Ended(words[0], words[^1], await RunAsync("apt-get", [.. Unasked, .. words], cancel));

    // Nobody is there to answer a question.
    private Task<Result<CommandOutput>> RunAsync(string program, ImmutableArray<string> words, CancellationToken cancel) =>
        machine.Commands.RunAsync(new Command("env", ["DEBIAN_FRONTEND=noninteractive", "LC_ALL=C", program, .. words]) { TimeLimit = PackageSteps.Patience }, cancel);
}
