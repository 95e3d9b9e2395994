using System.Diagnostics;
using System.Globalization;
using Virtward.Core.Host;
using Virtward.Core.Results;
using Virtward.Hardening.Changes;

namespace Virtward.Hardening.Machine;

/// <summary>Reads, sets and restores steps of any kind on a machine.</summary>
public sealed class StepRunner
{
    private readonly HostMachine _machine;
    private readonly FileSteps _files;
    private readonly FileModeSteps _modes;
    private readonly SysctlSteps _settings;
    private readonly UnitSteps _units;
    private readonly FirewallSteps _firewall;
    private readonly PackageSteps _packages;
    private readonly CommandSteps _commands;

    /// <summary>For one machine.</summary>
    public StepRunner(HostMachine machine)
    {
        _machine = machine;
        _files = new FileSteps(machine.Files);
        _modes = new FileModeSteps(machine.Files);
        _settings = new SysctlSteps(machine.Kernel);
        _units = new UnitSteps(machine);
        _firewall = new FirewallSteps(machine);
        _packages = new PackageSteps(machine);
        _commands = new CommandSteps(machine);
    }

    /// <summary>How a step's setting is now.</summary>
    public Task<Result<StepState>> ReadAsync(Step step, CancellationToken cancel) => step switch
    {
        FileStep file => UpAsync(_files.ReadAsync(file, cancel)),
        FileModeStep mode => UpAsync(_modes.ReadAsync(mode, cancel)),
        SysctlStep setting => UpAsync(_settings.ReadAsync(setting, cancel)),
        UnitStep unit => UpAsync(_units.ReadAsync(unit, cancel)),
        FirewallStep firewall => UpAsync(_firewall.ReadAsync(firewall, cancel)),
        PackageStep package => UpAsync(_packages.ReadAsync(package, cancel)),
        CommandStep command => UpAsync(_commands.ReadAsync(command, cancel)),
        _ => throw new UnreachableException($"no handler for {step.GetType().Name}"),
    };

    /// <summary>Whether a state is what a step wants.</summary>
    public bool Holds(Step step, StepState state) => (step, state) switch
    {
        (FileStep file, FileBefore now) => _files.Holds(file, now),
        (FileModeStep mode, FileModeBefore now) => _modes.Holds(mode, now),
        (SysctlStep setting, SysctlBefore now) => _settings.Holds(setting, now),
        (UnitStep unit, UnitBefore now) => _units.Holds(unit, now),
        (FirewallStep firewall, FirewallBefore now) => _firewall.Holds(firewall, now),
        (PackageStep package, PackageBefore now) => _packages.Holds(package, now),
        (CommandStep command, CommandBefore now) => _commands.Holds(command, now),
        _ => throw Mismatch(step, state),
    };

    /// <summary>What was, and whatever else has to stand in a journal before a step is set so that it can be restored.</summary>
    public async Task<StepState> ForeseeAsync(Step step, StepState before, CancellationToken cancel) =>
        (step, before) is (PackageStep package, PackageBefore was) ? await _packages.ForeseeAsync(package, was, cancel) : before;

    /// <summary>Sets a step.</summary>
    public Task<Result<Done>> SetAsync(Step step, StepState before, CancellationToken cancel) => (step, before) switch
    {
        (FileStep file, FileBefore was) => _files.SetAsync(file, was, cancel),
        (FileModeStep mode, FileModeBefore was) => _modes.SetAsync(mode, was, cancel),
        (SysctlStep setting, SysctlBefore was) => _settings.SetAsync(setting, was, cancel),
        (UnitStep unit, UnitBefore was) => _units.SetAsync(unit, was, cancel),
        (FirewallStep firewall, FirewallBefore was) => _firewall.SetAsync(firewall, was, cancel),
        (PackageStep package, PackageBefore was) => _packages.SetAsync(package, was, cancel),
        (CommandStep command, CommandBefore was) => _commands.SetAsync(command, was, cancel),
        _ => throw Mismatch(step, before),
    };

    /// <summary>
    /// Whether a step can only be restored later: while the machine starts there is no network to fetch a package from, packages' scripts would wait for services that wait for us, and
    /// the programs that own settings do not run.
    /// </summary>
    public bool MustWait(Step step) => _machine.IsBooting && step is (CommandStep { UndoAtBoot.IsEmpty: true } or PackageStep);

    /// <summary>Puts back what was.</summary>
    public Task<Result<Done>> RestoreAsync(Step step, StepState before, CancellationToken cancel) => (step, before) switch
    {
        (FileStep file, FileBefore was) => _files.RestoreAsync(file, was, cancel),
        (FileModeStep mode, FileModeBefore was) => _modes.RestoreAsync(mode, was, cancel),
        (SysctlStep setting, SysctlBefore was) => _settings.RestoreAsync(setting, was, cancel),
        (UnitStep unit, UnitBefore was) => _units.RestoreAsync(unit, was, cancel),
        (FirewallStep firewall, FirewallBefore was) => _firewall.RestoreAsync(firewall, was, cancel),
        (PackageStep package, PackageBefore was) => _packages.RestoreAsync(package, was, cancel),
        (CommandStep command, CommandBefore was) => _commands.RestoreAsync(command, was, cancel),
        _ => throw Mismatch(step, before),
    };

    /// <summary>Whether a program that judges what was written consents.</summary>
    public async Task<Result<Done>> ProveAsync(Proof proof, CancellationToken cancel)
    {
        var command = new Command(proof.Command[0], proof.Command[1..]) { Input = proof.Input };
        return !(await _machine.Commands.RunAsync(command, cancel)).TryGet(out CommandOutput? output, out Problem? problem) ? problem
            : Consents(proof, output) ? default(Done)
            : new Problem($"{proof.Command[0]} objects: {UnitSteps.FirstLine(output.Error.Length > 0 ? output.Error : output.Output)}", proof.What);
    }

    // A plan that an older version wrote says nothing of answers.
    private static bool Consents(Proof proof, CommandOutput output) => proof.Answers.IsDefaultOrEmpty
        ? output.Succeeded
        : proof.Answers.All(answer => output.Output.Contains(answer, StringComparison.Ordinal));

    /// <summary>Makes a unit notice, if it runs; while the machine starts, there is nobody to tell.</summary>
    public async Task<Result<Done>> NoticeAsync(UnitEffect effect, CancellationToken cancel)
    {
        if (!_machine.HasSystemd)
        {
            return effect.Unit is "ssh.service" or "sshd.service" ? await HangUpSshdAsync(cancel) : default(Done);
        }

        if (_machine.IsBooting && effect.Unit is not null)
        {
            return default(Done);
        }

        string verb = effect.Kind == UnitEffectKind.Reload ? "try-reload-or-restart" : "try-restart";
        Command command = effect.Unit is null
            ? Command.Of("systemctl", "--no-ask-password", "daemon-reload")
            : Command.Of("systemctl", "--no-ask-password", verb, "--", effect.Unit);
        Result<CommandOutput> run = await _machine.Commands.RunAsync(command with { TimeLimit = TimeSpan.FromSeconds(120) }, cancel);
        return !run.TryGet(out CommandOutput? output, out Problem? problem) ? problem
            : output.Succeeded ? default(Done)
            : new Problem($"systemctl {command.Arguments[1]} failed: {UnitSteps.FirstLine(output.Error)}", effect.Unit ?? "systemd");
    }

    // Without a service manager sshd itself says who it is; sshd(8): "sshd rereads its configuration file when it receives a hangup signal".
    private async Task<Result<Done>> HangUpSshdAsync(CancellationToken cancel)
    {
        const string said = "/run/sshd.pid";
        var untold = new Problem("sshd cannot be told that its configuration has changed: no process of sshd's stands there", said, "start sshd anew, so that it writes that file");
        if (!_machine.Files.Read(said, 64).TryGet(out FileImage? file, out Problem? problem))
        {
            return problem;
        }

        if (file is null || !int.TryParse(file.Content.ToText().Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out int process) || process <= 1)
        {
            return untold;
        }

        // The number may be somebody else's by now: proc_pid_comm(5).
        if (!_machine.Files.Read($"/proc/{process}/comm", 64).TryGet(out FileImage? name, out _) || name?.Content.ToText().Trim() != "sshd")
        {
            return untold;
        }

        Result<CommandOutput> run = await _machine.Commands.RunAsync(Command.Of("kill", "-HUP", process.ToString(CultureInfo.InvariantCulture)), cancel);
        return !run.TryGet(out CommandOutput? output, out problem) ? problem
            : output.Succeeded ? default(Done)
            : new Problem($"sshd cannot be told: {UnitSteps.FirstLine(output.Error)}", file.Content.ToText().Trim());
    }

    private static async Task<Result<StepState>> UpAsync<T>(Task<Result<T>> reading)
        where T : StepState => (await reading).TryGet(out T? state, out Problem? problem) ? state : problem;

    private static UnreachableException Mismatch(Step step, StepState state) => new($"the state {state.GetType().Name} is none of {step.GetType().Name}");
}
