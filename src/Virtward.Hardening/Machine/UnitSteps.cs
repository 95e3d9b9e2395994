using Virtward.Core.Host;
using Virtward.Core.Results;
using Virtward.Hardening.Changes;

namespace Virtward.Hardening.Machine;

/// <summary>systemd's units, by <c>systemctl</c>.</summary>
internal sealed class UnitSteps(HostMachine machine) : IStepHandler<UnitStep, UnitBefore>
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    public async Task<Result<UnitBefore>> ReadAsync(UnitStep step, CancellationToken cancel)
    {
        if (!machine.HasSystemd)
        {
            return new UnitBefore(false, "", false);
        }

        Result<CommandOutput> shown = await RunAsync(cancel, "show", "--property=LoadState,UnitFileState,ActiveState", "--", step.Unit);
        if (!shown.TryGet(out CommandOutput? output, out Problem? problem))
        {
            return problem;
        }

        if (!output.Succeeded)
        {
            return new Problem($"systemctl cannot show the unit: {FirstLine(output.Error)}", step.Unit);
        }

        Dictionary<string, string> values = output.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(static line => line.Split('=', 2)).Where(static pair => pair.Length == 2).ToDictionary(static pair => pair[0], static pair => pair[1]);
        return new UnitBefore(
            values.GetValueOrDefault("LoadState") is not ("not-found" or null),
            values.GetValueOrDefault("UnitFileState", ""),
            values.GetValueOrDefault("ActiveState") is "active" or "activating" or "reloading");
    }

    public bool Holds(UnitStep step, UnitBefore state) => !machine.HasSystemd
        || (BootHolds(step, state) && (step.Running is null || state.Running == step.Running));

    public async Task<Result<Done>> SetAsync(UnitStep step, UnitBefore before, CancellationToken cancel)
    {
        if (step.Boot is { } boot && !BootHolds(step, before))
        {
            if (boot != UnitBoot.Masked && before.Boot.StartsWith("masked", StringComparison.Ordinal)
                && await DoAsync("unmask", step.Unit, cancel) is { IsOk: false } unmasked)
            {
                return unmasked;
            }

            string verb = boot switch { UnitBoot.Enabled => "enable", UnitBoot.Disabled => "disable", _ => "mask" };
            if (await DoAsync(verb, step.Unit, cancel) is { IsOk: false } failed)
            {
                return failed;
            }
        }

        return step.Running is bool running && running != before.Running
            ? running ? await StartAsync(step.Unit, cancel) : await DoAsync("stop", step.Unit, cancel)
            : default(Done);
    }

    public async Task<Result<Done>> RestoreAsync(UnitStep step, UnitBefore before, CancellationToken cancel)
    {
        if (!machine.HasSystemd)
        {
            return default(Done);
        }

        if (!(await ReadAsync(step, cancel)).TryGet(out UnitBefore? now, out Problem? problem))
        {
            return problem;
        }

        // A unit that was not there is removed with its file, by the file's own step; a link to it must not be left.
        if (step.Boot is not null && now.Boot != before.Boot && await RestoreBootAsync(step.Unit, now, before, cancel) is { IsOk: false } failed)
        {
            return failed;
        }

        // What is started at boot is running, or about to, whether the step spoke of that or not; and so may be, since a boot, what was not there at all.
        if ((step.Running is null && !machine.IsBooting && before.Exists) || now.Running == before.Running)
        {
            return default(Done);
        }

        // While the machine starts, waiting for a unit would be waiting for ourselves: it is put into the queue, where systemd orders it (and drops a start that is there).
        string verb = before.Running ? "start" : "stop";
        return machine.IsBooting ? await DoAsync(verb, step.Unit, cancel, ["--no-block"])
            : before.Running ? await StartAsync(step.Unit, cancel)
            : await DoAsync(verb, step.Unit, cancel);
    }

    // systemd starts no socket while the service behind it runs by itself ("already active, refusing"): that one has to make room for a moment.
    private async Task<Result<Done>> StartAsync(string unit, CancellationToken cancel)
    {
        Result<Done> started = await DoAsync("start", unit, cancel);
        if (started.IsOk || !unit.EndsWith(".socket", StringComparison.Ordinal)
            || !(await RunAsync(cancel, "show", "--property=Triggers", "--", unit)).TryGet(out CommandOutput? output, out _))
        {
            return started;
        }

        const string triggers = "Triggers=";
        string? service = output.Output.Split('\n').FirstOrDefault(static line => line.StartsWith(triggers, StringComparison.Ordinal))?[triggers.Length..].Split(' ')[0].Trim();
        if (string.IsNullOrEmpty(service) || !(await ReadAsync(new UnitStep(service, null, null), cancel)).TryGet(out UnitBefore? state, out _) || !state.Running)
        {
            return started;
        }

        // In one call, so that who is killed in between leaves nothing stopped. The service comes first: its stopping is under way when the socket's start is queued, and that one waits for
        // it (systemd.unit(5): a unit is shut down before another is started, whatever their order); then the service starts after the socket.
        started = await DoAsync("restart", service, cancel, [], [unit]);
        if (started.IsOk)
        {
            return started;
        }

        Result<Done> room = await DoAsync("stop", service, cancel);
        started = room.IsOk ? await DoAsync("start", unit, cancel) : room;
        Result<Done> again = await DoAsync("start", service, cancel);
        return started.IsOk ? again : started;
    }

    private async Task<Result<Done>> RestoreBootAsync(string unit, UnitBefore now, UnitBefore before, CancellationToken cancel)
    {
        bool wasMasked = before.Boot.StartsWith("masked", StringComparison.Ordinal);
        if (now.Boot.StartsWith("masked", StringComparison.Ordinal) && !wasMasked)
        {
            if (await DoAsync("unmask", unit, cancel) is { IsOk: false } failed)
            {
                return failed;
            }
        }

        string? verb = before.Boot switch
        {
            "enabled" => "enable",
            "masked" => "mask",
            "disabled" or "" => now.Boot == "enabled" ? "disable" : null,
            _ => null,
        };
        return verb is null ? default(Done) : await DoAsync(verb, unit, cancel);
    }

    private static bool BootHolds(UnitStep step, UnitBefore state) => step.Boot switch
    {
        null => true,
        UnitBoot.Enabled => state.Boot == "enabled",
        UnitBoot.Disabled => !state.Exists || !state.Boot.StartsWith("enabled", StringComparison.Ordinal),
        _ => !state.Exists || state.Boot == "masked",
    };

    private async Task<Result<Done>> DoAsync(string verb, string unit, CancellationToken cancel, string[]? options = null, string[]? with = null)
    {
        Result<CommandOutput> run = await RunAsync(cancel, ["--no-ask-password", .. options ?? [], verb, "--", unit, .. with ?? []]);
        return !run.TryGet(out CommandOutput? output, out Problem? problem) ? problem
            : output.Succeeded ? default(Done)
            : new Problem($"systemctl {verb} failed: {FirstLine(output.Error.TrimStart())}{(string.IsNullOrWhiteSpace(output.Error) ? "it does not say why" : "")}", unit, $"look at journalctl -u {unit}");
    }

    private Task<Result<CommandOutput>> RunAsync(CancellationToken cancel, params ReadOnlySpan<string> arguments) =>
        machine.Commands.RunAsync(Command.Of("systemctl", arguments) with { TimeLimit = Patience }, cancel);

    internal static string FirstLine(string text) => text.Split('\n', 2)[0].Trim();
}
