using System.Diagnostics;
using Virtward.Hardening.Changes;
using Virtward.Hardening.Machine;

namespace Virtward.Hardening.Plan;

/// <summary>Steps in words for people.</summary>
public static class StepWords
{
    /// <summary>What a step sets.</summary>
    public static string Subject(Step step) => step switch
    {
        FileStep file => file.Path,
        FileModeStep mode => $"the mode of {mode.Path}",
        SysctlStep setting => setting.Path.Replace('.', '\0').Replace('/', '.').Replace('\0', '/'),
        UnitStep unit => unit.Unit,
        FirewallStep => "table virtward",
        PackageStep package => $"package {package.Package}",
        CommandStep command => command.What,
        _ => throw new UnreachableException($"no words for {step.GetType().Name}"),
    };

    /// <summary>What happens, in one line: <c>net.ipv4.ip_forward: 1 → 0</c>.</summary>
    public static string Line(Step step, StepState before) => (step, before) switch
    {
        (FileStep { Content: null } file, _) => $"remove {file.Path}",
        (FileStep file, FileBefore { Image: null }) => $"create {file.Path}",
        (FileStep file, _) => $"edit {file.Path}",
        (FileModeStep mode, FileModeBefore was) => $"mode of {mode.Path}: {Octal(was.Mode)} → {Octal(mode.Mode)}",
        (SysctlStep setting, SysctlBefore was) => $"{Subject(setting)}: {was.Value} → {setting.Value}",
        (UnitStep unit, UnitBefore was) => $"{unit.Unit}: {Unit(was.Boot, was.Running)} → {Unit(Boot(unit.Boot), unit.Running)}",
        (FirewallStep, FirewallBefore { Inet: null or "" }) => "load our firewall rules",
        (FirewallStep, _) => "replace our firewall rules",
        (PackageStep package, _) => $"{(package.Installed ? "install" : "remove")} package {package.Package}",
        (CommandStep command, CommandBefore { IsUnread: true }) => $"{command.What}: {(command.Wanted.Length > 0 && !command.Wanted.Contains('\n', StringComparison.Ordinal) ? command.Wanted : "set")}",
        (CommandStep command, CommandBefore was) => was.Output.Contains('\n', StringComparison.Ordinal) || command.Wanted.Contains('\n', StringComparison.Ordinal)
            ? $"{command.What}: set anew"
            : $"{command.What}: {was.Output} → {command.Wanted}",
        _ => Subject(step),
    };

    /// <summary>How a step is undone, a clause.</summary>
    public static string Undo(Step step, StepState before) => (step, before) switch
    {
        (FileStep, FileBefore { Image: null }) => $"remove {Subject(step)}",
        (FileStep or FileModeStep, _) => $"restore {Subject(step)}",
        (SysctlStep, SysctlBefore was) => $"write {was.Value} back to {Subject(step)}",
        (UnitStep, UnitBefore was) => $"{Subject(step)}: {Unit(was.Boot, was.Running)} again",
        (FirewallStep, FirewallBefore { Inet: null or "" }) => "remove our rules",
        (FirewallStep, _) => "load the former rules of ours",
        (PackageStep package, _) => $"{(package.Installed ? "remove" : "install")} {package.Package} again",
        _ => $"set {Subject(step)} back",
    };

    /// <summary>A state in a few words, of steps whose states are no texts.</summary>
    public static string State(StepState state) => state switch
    {
        FileBefore { Image: null } => "absent",
        FileBefore { Image: { } image } => $"mode {Octal(image.Mode)}, owner {image.Uid}:{image.Gid}{string.Concat(image.Attributes.Select(static one => $", {one.Key}={one.Value.ToText().TrimEnd('\0')}"))}",
        FileModeBefore mode => Octal(mode.Mode),
        CommandBefore command => command.Output,
        SysctlBefore setting => setting.Value ?? "absent",
        UnitBefore unit => Unit(unit.Boot, unit.Exists ? unit.Running : null),
        PackageBefore { Version: { } version } => version,
        PackageBefore package => package.Remains.Length > 0 ? package.Remains : "not installed",
        _ => throw new UnreachableException($"no words for {state.GetType().Name}"),
    };

    private static string Octal(UnixFileMode? mode) => mode is null ? "none" : Convert.ToString((int)mode.Value, 8).PadLeft(4, '0');

    private static string Boot(UnitBoot? boot) => boot switch { null => "", UnitBoot.Enabled => "enabled", UnitBoot.Disabled => "disabled", _ => "masked" };

    private static string Unit(string boot, bool? running)
    {
        string now = running switch { null => "", true => "running", _ => "stopped" };
        return (boot, now) switch { ("", "") => "absent", ("", _) => now, (_, "") => boot, _ => $"{boot}, {now}" };
    }
}
