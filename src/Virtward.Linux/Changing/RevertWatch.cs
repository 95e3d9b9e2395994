using Virtward.Core.Host;
using Virtward.Core.Results;

namespace Virtward.Linux.Changing;

/// <summary>
/// The watch over a transaction: this program as a service of its own under systemd (a transient unit, restarted should it be killed), else as a process that has left the
/// session; and for the case that the machine starts anew, units that are there as long as the transaction is pending.
/// </summary>
/// <param name="commands">The host's programs.</param>
/// <param name="files">The host's files.</param>
/// <param name="program">This program's path.</param>
/// <param name="state">Virtward's state folder.</param>
/// <param name="hasSystemd">Whether systemd runs the host.</param>
public sealed class RevertWatch(ICommands commands, IHostFiles files, string program, string state, bool hasSystemd) : IRevertWatch
{
    private const UnixFileMode UnitMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    private readonly string _state = Path.GetFullPath(state);

    /// <inheritdoc/>
    public async Task<Result<Done>> ArmAsync(string id, CancellationToken cancel)
    {
        if (!hasSystemd)
        {
            // setsid(1): out of the session and its process group, so that neither the terminal's end nor a killed group reaches it.
            return await RunAsync("setsid", ["--fork", program, "watch-transaction", id, "--state", _state], cancel);
        }

        Result<Done> written = WriteUnit(RevertUnits.Early, RevertUnits.EarlyText(program, _state));
        written = written.IsOk ? WriteUnit(RevertUnits.Late, RevertUnits.LateText(program, _state)) : written;
        written = written.IsOk ? await RunAsync("systemctl", ["--quiet", "--no-ask-password", "enable", RevertUnits.Early, RevertUnits.Late], cancel) : written;
        return written.IsOk
            ? await RunAsync(
                "systemd-run",
                ["--quiet", "--collect", $"--unit={Unit(id)}", "--property=Type=exec", "--property=Restart=on-failure", "--property=RestartSec=1", "--property=StartLimitIntervalSec=0",
                    program, "watch-transaction", id, "--state", _state],
                cancel)
            : written;
    }

    /// <inheritdoc/>
    public async Task<Result<Done>> DisarmAsync(string id, CancellationToken cancel)
    {
        if (!hasSystemd)
        {
            // It sees in the journal that there is nothing left to watch.
            return default(Done);
        }

        Result<FileImage?> early = files.Read(RevertUnits.Folder + RevertUnits.Early, 64 * 1024);
        if (early is { IsOk: true, Value: not null } && await RunAsync("systemctl", ["--quiet", "--no-ask-password", "disable", RevertUnits.Early, RevertUnits.Late], cancel) is { IsOk: false } enabled)
        {
            return enabled;
        }

        if (files.Remove(RevertUnits.Folder + RevertUnits.Early) is { IsOk: false } first)
        {
            return first;
        }

        return files.Remove(RevertUnits.Folder + RevertUnits.Late) is { IsOk: false } second
            ? second
            : await RunAsync("systemctl", ["--no-ask-password", "daemon-reload"], cancel);
    }

    private static string Unit(string id) => $"virtward-revert-{id}";

    private Result<Done> WriteUnit(string name, string text) => files.Write(RevertUnits.Folder + name, new FileImage(Blob.FromText(text), UnitMode, 0, 0));

    private async Task<Result<Done>> RunAsync(string name, string[] arguments, CancellationToken cancel)
    {
        var command = new Command(name, [.. arguments]) { TimeLimit = TimeSpan.FromSeconds(60) };
        return !(await commands.RunAsync(command, cancel)).TryGet(out CommandOutput? output, out Problem? problem) ? problem
            : output.Succeeded ? default(Done)
            : new Problem($"{name} failed: {output.Error.Split('\n')[0].Trim()}", arguments[0]);
    }
}
