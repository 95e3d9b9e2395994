using System.Collections.Immutable;
using Virtward.Core.Host;
using Virtward.Core.Results;

namespace Virtward.Hardening.Machine;

/// <summary>
/// Packages by dnf and rpm. rpm notes a package only after all its files are there, and takes the note away after all are gone (rpm's lib/psm.c): what broke off in between is brought to its end first,
/// then undone.
/// </summary>
internal sealed class DnfPackages(HostMachine machine) : IPackages
{
    private const string KeepOthers = "--setopt=clean_requirements_on_remove=False";
    private const int MaxConfig = 16 * 1024 * 1024;

    // Of rpm's temporary names, "NAME;6b0b6cfd": the semicolon and the transaction's number in hexadecimal digits.
    private const int MarkLength = 9;
    private const string MarkPattern = "*;[0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f]";

    public async Task<Result<PackageBefore>> ReadAsync(string package, CancellationToken cancel)
    {
        Command ask = Command.Of("rpm", "--query", "--queryformat", "installed %{EVR}\n", "--", package);
        return !(await machine.Commands.RunAsync(ask, cancel)).TryGet(out CommandOutput? output, out Problem? problem) ? problem
            : output.Succeeded && output.Output.Split('\n')[0].Split(' ', 2) is ["installed", var version] ? new PackageBefore(version.Trim())
            : new PackageBefore(null);
    }

    public async Task<PackageBefore> ForeseeAsync(string package, PackageBefore before, CancellationToken cancel) => before.Version is null
        ? (await RunAsync("dnf", ["--assumeno", "install", package], cancel)).TryGet(out CommandOutput? plan, out _)
            ? before with { Brings = string.Join(' ', DnfPlan.Brings(plan.Output).Where(one => one != package)) }
            : before
        : (await VerifyAsync(package, cancel)).TryGet(out CommandOutput? told, out _)
            ? before with { Changed = string.Join('\n', RpmVerify.ChangedConfiguration(told.Output)) }
            : before;

    public Task<Result<Done>> InstallAsync(string package, CancellationToken cancel) => DnfAsync(["install", package], cancel);

    // What nobody needs any more then stays: it was not asked for, and would have to be brought back as it was.
    public async Task<Result<Done>> RemoveAsync(string package, CancellationToken cancel)
    {
        if (!(await TakesAsync([package], cancel)).TryGet(out string[]? takes, out Problem? problem))
        {
            return problem;
        }

        string[] others = [.. takes.Where(one => one != package)];
        return others.Length > 0 ? PackageSteps.Needed(package, others, PackageSteps.NameThemFirst) : await DnfAsync([KeepOthers, "remove", package], cancel);
    }

    public async Task<Result<Done>> TakeAwayAsync(string package, PackageBefore before, Dictionary<string, string> scripts, CancellationToken cancel)
    {
        ImmutableArray<string> names = [package, .. before.Brings.Split(' ', StringSplitOptions.RemoveEmptyEntries)];
        if (!(await ThereAsync(names, cancel)).TryGet(out List<string>? there, out Problem? problem))
        {
            return problem;
        }

        if (there.Count < names.Length)
        {
            // Of one that is not noted, files may be there. What had been fetched is in the cache until a run succeeds; where it was not, nothing was unpacked.
            _ = await DnfAsync(["--cacheonly", "install", package], cancel);
            if (!(await ThereAsync(names, cancel)).TryGet(out there, out problem))
            {
                return problem;
            }
        }

        if (there.Count == 0)
        {
            return default(Done);
        }

        foreach (string one in there)
        {
            // rpm(8): scripts, and the accounts that sysusers.d(5) of a package asks for, which rpm has as what it provides.
            scripts[one] = (await RunAsync("rpm", ["--query", "--scripts", "--provides", "--", one], cancel)).TryGet(out CommandOutput? said, out _) ? said.Output : "";
        }

        await SweepAsync(there, cancel);
        foreach (List<string> away in (List<string>[])[there, [package]])
        {
            if (!(await TakesAsync(away, cancel)).TryGet(out string[]? takes, out problem))
            {
                return problem;
            }

            if (takes.All(away.Contains))
            {
                return await DnfAsync([KeepOthers, "remove", .. away], cancel);
            }

            problem = PackageSteps.Needed(package, [.. takes.Where(one => !away.Contains(one))], "remove those first, then take the change back again");
        }

        return problem!;
    }

    public async Task<Result<Done>> BringBackAsync(string package, PackageBefore before, CancellationToken cancel)
    {
        if (!(await ReadAsync(package, cancel)).TryGet(out PackageBefore? now, out Problem? problem))
        {
            return problem;
        }

        Result<Done> back = now.Version is null ? await InstallAsync(package, cancel)
            : await IsTornAsync(package, cancel) ? await DnfAsync(["reinstall", package], cancel)
            : default(Done);
        return back.IsOk ? Unsave(before) : back;
    }

    private async Task<Result<List<string>>> ThereAsync(ImmutableArray<string> names, CancellationToken cancel)
    {
        List<string> there = [];
        foreach (string name in names)
        {
            if (!(await ReadAsync(name, cancel)).TryGet(out PackageBefore? state, out Problem? problem))
            {
                return problem;
            }

            if (state.Version is not null)
            {
                there.Add(name);
            }
        }

        return there;
    }

    // What dnf would take if it were told to remove these.
    private async Task<Result<string[]>> TakesAsync(IReadOnlyList<string> packages, CancellationToken cancel) =>
        (await RunAsync("dnf", ["--assumeno", KeepOthers, "remove", .. packages], cancel)).TryGet(out CommandOutput? said, out Problem? problem) ? DnfPlan.Takes(said.Output).ToArray() : problem;

    // Files that were being unpacked when it broke off lie beside their places, and would keep their directories.
    private async Task SweepAsync(List<string> packages, CancellationToken cancel)
    {
        if (!(await RunAsync("rpm", ["--query", "--list", "--", .. packages], cancel)).TryGet(out CommandOutput? listed, out _))
        {
            return;
        }

        HashSet<string> places = [.. listed.Output.Split('\n').Where(static line => line.StartsWith('/'))];
        string[] folders = [.. places.Select(static place => place[..Math.Max(1, place.LastIndexOf('/'))]).Distinct()];
        if (folders.Length == 0 || !(await RunAsync("find", [.. folders, "-maxdepth", "1", "-name", MarkPattern, "-print"], cancel)).TryGet(out CommandOutput? found, out _))
        {
            return;
        }

        foreach (string path in found.Output.Split('\n').Where(path => path.Length > MarkLength && places.Contains(path[..^MarkLength])).Distinct())
        {
            // A directory is never unpacked under such a name; what cannot be removed stays, and is no reason to leave the rest.
            _ = machine.Files.Remove(path);
        }
    }

    private async Task<bool> IsTornAsync(string package, CancellationToken cancel) =>
        (await VerifyAsync(package, cancel)).TryGet(out CommandOutput? told, out _) && RpmVerify.IsAnythingMissing(told.Output);

    private Task<Result<CommandOutput>> VerifyAsync(string package, CancellationToken cancel) => RunAsync("rpm", ["--verify", "--nodeps", "--noscripts", "--", package], cancel);

    // rpm keeps a configuration file that somebody has changed as NAME.rpmsave when its package goes, and does not look at that when the package comes again.
    private Result<Done> Unsave(PackageBefore before)
    {
        foreach (string place in before.Changed.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            string saved = place + ".rpmsave";
            if (machine.Files.Read(saved, MaxConfig) is { IsOk: true, Value: { } image }
                && (!machine.Files.Write(place, image).TryGet(out _, out Problem? problem) || !machine.Files.Remove(saved).TryGet(out _, out problem)))
            {
                return problem;
            }
        }

        return default(Done);
    }

    private async Task<Result<Done>> DnfAsync(ImmutableArray<string> words, CancellationToken cancel) =>
        PackageSteps.Ended(words.First(static word => word is "install" or "remove" or "reinstall"), words[^1], await RunAsync("dnf", ["--quiet", "--assumeyes", .. words], cancel));

    private Task<Result<CommandOutput>> RunAsync(string program, ImmutableArray<string> words, CancellationToken cancel) =>
        machine.Commands.RunAsync(new Command("env", ["LC_ALL=C", program, .. words]) { TimeLimit = PackageSteps.Patience }, cancel);
}
