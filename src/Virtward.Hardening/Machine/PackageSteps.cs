using Virtward.Core.Host;
using Virtward.Core.Results;
using Virtward.Hardening.Changes;

namespace Virtward.Hardening.Machine;

/// <summary>Packages, by apt and dpkg or dnf and rpm, whichever the host has.</summary>
internal sealed class PackageSteps(HostMachine machine) : IStepHandler<PackageStep, PackageBefore>
{
    /// <summary>How long a package manager may take.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(15);

    /// <summary>What to do where others need a package that the policy wants gone.</summary>
    public const string NameThemFirst = "remove those first, or name them before it in software.absent if they are to go, too";

    private IPackages Packages =>
        machine.Files.Read("/usr/bin/dpkg-query", 64 * 1024 * 1024) is { IsOk: true, Value: not null } ? new AptPackages(machine) : new DnfPackages(machine);

    public Task<Result<PackageBefore>> ReadAsync(PackageStep step, CancellationToken cancel) => Packages.ReadAsync(step.Package, cancel);

    public bool Holds(PackageStep step, PackageBefore state) => state.Version is not null == step.Installed;

    /// <summary>What was, with what the step is about to bring along, for a journal: that must be known also where the power fails half-way.</summary>
    public async Task<PackageBefore> ForeseeAsync(PackageStep step, PackageBefore before, CancellationToken cancel)
    {
        PackageBefore foreseen = Holds(step, before) ? before : await Packages.ForeseeAsync(step.Package, before, cancel);
        return before.Version is null && step.Installed ? foreseen with { Accounts = new PackageAccounts(machine).Remember() } : foreseen;
    }

    public async Task<Result<Done>> SetAsync(PackageStep step, PackageBefore before, CancellationToken cancel) => Holds(step, before) ? default(Done)
        : step.Installed ? await Packages.InstallAsync(step.Package, cancel)
        : await Packages.RemoveAsync(step.Package, cancel);

    public async Task<Result<Done>> RestoreAsync(PackageStep step, PackageBefore before, CancellationToken cancel)
    {
        IPackages packages = Packages;
        if (before.Version is not null)
        {
            return await packages.BringBackAsync(step.Package, before, cancel);
        }

        // They go with their package.
        var scripts = new Dictionary<string, string>(StringComparer.Ordinal);
        Result<Done> away = await packages.TakeAwayAsync(step.Package, before, scripts, cancel);
        if (!away.IsOk || before.Remains.Length > 0)
        {
            return away;
        }

        foreach (string package in scripts.Keys.ToArray())
        {
            if (await packages.ReadAsync(package, cancel) is not { IsOk: true, Value: { Version: null, Remains.Length: 0 } })
            {
                scripts.Remove(package);
            }
        }

        return await new PackageAccounts(machine).RemoveNewAsync(before.Accounts, string.Join('\n', scripts.Values), cancel);
    }

    /// <summary>How a package manager's run ended.</summary>
    public static Result<Done> Ended(string verb, string package, Result<CommandOutput> run) => !run.TryGet(out CommandOutput? output, out Problem? problem) ? problem
        : output.Succeeded ? default(Done)
        : new Problem($"the package manager could not {verb} it: {LastLine(output.Error)}", package);

    /// <summary>A package cannot go, for others need it.</summary>
    public static Problem Needed(string package, IReadOnlyList<string> by, string hint) => new($"cannot be removed, for others need it: {string.Join(", ", by)}", package, hint);

    private static string LastLine(string text) => text.TrimEnd().Split('\n')[^1].Trim();
}
