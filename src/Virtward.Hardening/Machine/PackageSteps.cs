using System.Collections.Immutable;
using Virtward.Core.Host;
using Virtward.Core.Results;
using Virtward.Hardening.Changes;

namespace Virtward.Hardening.Machine;

/// <summary>Packages, by apt and dpkg or dnf and rpm, whichever the host has.</summary>
internal sealed class PackageSteps(HostMachine machine) : IStepHandler<PackageStep, PackageBefore>
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(15);

    public async Task<Result<PackageBefore>> ReadAsync(PackageStep step, CancellationToken cancel)
    {
        Command ask = IsDebian
            ? Command.Of("dpkg-query", "--show", "--showformat=${db:Status-Status} ${Version}", "--", step.Package)
            : Command.Of("rpm", "--query", "--queryformat", "installed %{EVR}", "--", step.Package);
        if (!(await machine.Commands.RunAsync(ask, cancel)).TryGet(out CommandOutput? output, out Problem? problem))
        {
            return problem;
        }

        string[] words = output.Output.Split(' ', 2);
        return new PackageBefore(output.Succeeded && words is ["installed", var version] ? version.Trim() : null);
    }

    public bool Holds(PackageStep step, PackageBefore state) => state.Version is not null == step.Installed;

    public Task<Result<Done>> SetAsync(PackageStep step, PackageBefore before, CancellationToken cancel) =>
        Holds(step, before) ? Task.FromResult<Result<Done>>(default(Done)) : ManageAsync(step.Installed, step.Package, cancel);

    public async Task<Result<Done>> RestoreAsync(PackageStep step, PackageBefore before, CancellationToken cancel)
    {
        if (!(await ReadAsync(step, cancel)).TryGet(out PackageBefore? now, out Problem? problem))
        {
            return problem;
        }

        return now.Version is null == before.Version is null ? default(Done) : await ManageAsync(before.Version is not null, step.Package, cancel);
    }

    private bool IsDebian => machine.Files.Read("/usr/bin/dpkg-query", 64 * 1024 * 1024) is { IsOk: true, Value: not null };

    private async Task<Result<Done>> ManageAsync(bool install, string package, CancellationToken cancel)
    {
        // Removed, not purged: its configuration stays for the way back. Nobody is there to answer a question.
        ImmutableArray<string> words = IsDebian
            ? ["DEBIAN_FRONTEND=noninteractive", "apt-get", "--quiet", "--yes", "--option=Dpkg::Options::=--force-confold", install ? "install" : "remove", "--", package]
            : ["dnf", "--quiet", "--assumeyes", install ? "install" : "remove", package];
        Result<CommandOutput> run = await machine.Commands.RunAsync(new Command("env", words) { TimeLimit = Patience }, cancel);
        return !run.TryGet(out CommandOutput? output, out Problem? problem) ? problem
            : output.Succeeded ? default(Done)
            : new Problem($"the package manager could not {(install ? "install" : "remove")} it: {LastLine(output.Error)}", package);
    }

    private static string LastLine(string text) => text.TrimEnd().Split('\n')[^1].Trim();
}
