using Virtward.Core.Host;
using Virtward.Core.Results;
using Virtward.Hardening.Changes;

namespace Virtward.Hardening.Machine;

/// <summary>
/// The policy's part of our tables. The kernel cannot say which script made it: nft's listing is a translation. So the digests of the script and of the listing that
/// it gave are kept in a file; a listing that differs was changed by somebody.
/// </summary>
internal sealed class FirewallSteps(HostMachine machine) : IStepHandler<FirewallStep, FirewallBefore>
{
    private const string Memory = "firewall.loaded";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public async Task<Result<FirewallBefore>> ReadAsync(FirewallStep step, CancellationToken cancel)
    {
        if (!(await ListAsync("inet", cancel)).TryGet(out PolicyListing? inet, out Problem? problem)
            || !(await ListAsync("bridge", cancel)).TryGet(out PolicyListing? bridge, out problem))
        {
            return problem;
        }

        string digest = DigestOf(inet, bridge);
        string[] remembered = machine.Files.Read(MemoryPath, 1024).TryGet(out FileImage? image, out _) && image is not null ? image.Content.ToText().Split() : [];
        return new FirewallBefore(inet?.Text, bridge?.Text, remembered is [var script, var listing, ..] && listing == digest ? script : "");
    }

    public bool Holds(FirewallStep step, FirewallBefore state) => state.Loaded == PolicyListing.Digest(step.Wanted);

    public async Task<Result<Done>> SetAsync(FirewallStep step, FirewallBefore before, CancellationToken cancel)
    {
        if (await LoadAsync(step.Script, cancel) is { IsOk: false } failed)
        {
            return failed;
        }

        if (!(await ListAsync("inet", cancel)).TryGet(out PolicyListing? inet, out Problem? problem)
            || !(await ListAsync("bridge", cancel)).TryGet(out PolicyListing? bridge, out problem))
        {
            return problem;
        }

        return Remember(PolicyListing.Digest(step.Wanted), DigestOf(inet, bridge));
    }

    public async Task<Result<Done>> RestoreAsync(FirewallStep step, FirewallBefore before, CancellationToken cancel)
    {
        if (!(await ListAsync("inet", cancel)).TryGet(out PolicyListing? inet, out Problem? problem)
            || !(await ListAsync("bridge", cancel)).TryGet(out PolicyListing? bridge, out problem))
        {
            return problem;
        }

        string script = (Same(inet, before.Inet) ? "" : (inet ?? PolicyListing.Empty with { HasOthers = true }).ScriptBackTo("inet", before.Inet))
            + (Same(bridge, before.Bridge) ? "" : (bridge ?? PolicyListing.Empty with { HasOthers = true }).ScriptBackTo("bridge", before.Bridge));
        if (script.Length > 0 && await LoadAsync(script, cancel) is { IsOk: false } failed)
        {
            return failed;
        }

        if (before.Loaded.Length == 0)
        {
            return machine.Files.Remove(MemoryPath);
        }

        return (await ListAsync("inet", cancel)).TryGet(out inet, out problem) && (await ListAsync("bridge", cancel)).TryGet(out bridge, out problem)
            ? Remember(before.Loaded, DigestOf(inet, bridge))
            : problem;
    }

    private string MemoryPath => $"{machine.StateFolder.TrimEnd('/')}/{Memory}";

    private static bool Same(PolicyListing? now, string? before) => now?.Text == before;

    private static string DigestOf(PolicyListing? inet, PolicyListing? bridge) => PolicyListing.Digest($"{inet?.Text}\0{bridge?.Text}");

    private Result<Done> Remember(string script, string listing) => machine.Files.Write(
        MemoryPath, new FileImage(Blob.FromText($"{script} {listing}\n"), UnixFileMode.UserRead | UnixFileMode.UserWrite, 0, 0));

    private async Task<Result<PolicyListing?>> ListAsync(string family, CancellationToken cancel)
    {
        Command list = Command.Of("nft", "-s", "list", "table", family, "virtward") with { TimeLimit = Patience, MaxOutput = 64 * 1024 * 1024 };
        if (!(await machine.Commands.RunAsync(list, cancel)).TryGet(out CommandOutput? output, out Problem? problem))
        {
            return problem;
        }

        if (output.Succeeded)
        {
            return PolicyListing.Read(output.Output);
        }

        return output.Error.Contains("No such file or directory", StringComparison.Ordinal)
            ? Result<PolicyListing?>.Ok(null)
            : new Problem($"nft cannot list the table: {UnitSteps.FirstLine(output.Error)}", $"{family} virtward");
    }

    private async Task<Result<Done>> LoadAsync(string script, CancellationToken cancel)
    {
        Command load = Command.Of("nft", "-f", "-") with { Input = script, TimeLimit = Patience };
        return !(await machine.Commands.RunAsync(load, cancel)).TryGet(out CommandOutput? output, out Problem? problem) ? problem
            : output.Succeeded ? default(Done)
            : new Problem($"nft refused the rules: {UnitSteps.FirstLine(output.Error)}", "table virtward");
    }
}
