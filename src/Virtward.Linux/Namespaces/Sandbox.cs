using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using Virtward.Core.Results;

namespace Virtward.Linux.Namespaces;

/// <summary>
/// Runs a program as the first process of new process, mount and network namespaces, and without root of a user namespace too.
/// When it ends, the kernel ends every process in there and drops every interface, mount and file that was made there
/// (pid_namespaces(7)): nothing has to be tidied up, and nothing can be forgotten.
/// </summary>
public static class Sandbox
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Runs the program to its end and hands back its exit code. It has the caller's terminal for its output; its input is a lifeline
    /// (see <see cref="WhenParentIsGone"/>), so it ends when the caller does, even by SIGKILL.
    /// </summary>
    /// <param name="command">The program and its arguments.</param>
    /// <param name="cancel">Cuts the lifeline; the program is killed where it has not ended five seconds later.</param>
    public static async Task<Result<int>> RunAsync(ImmutableArray<string> command, CancellationToken cancel)
    {
        if (SystemTools.Find("unshare") is not { } unshare)
        {
            return new Problem("the program 'unshare' is missing", null, "it is part of util-linux");
        }

        ImmutableArray<string> user = SystemTools.IsRoot ? [] : ["--user", "--map-root-user"];
        ImmutableArray<string> flags = [.. user, "--mount", "--net", "--pid", "--fork", "--kill-child"];
        if (await CheckAsync(unshare, flags, cancel) is { IsOk: false } forbidden)
        {
            return forbidden.Problem;
        }

        var start = new ProcessStartInfo(unshare, [.. flags, "--", .. command]) { RedirectStandardInput = true, UseShellExecute = false };

        // The runtime's debugger sockets in /tmp would outlive a killed process.
        start.Environment["DOTNET_EnableDiagnostics"] = "0";
        using Process process = Process.Start(start)!;
        try
        {
            await process.WaitForExitAsync(cancel);
        }
        catch (OperationCanceledException)
        {
            process.StandardInput.Close();
            using var grace = new CancellationTokenSource(Grace);
            try
            {
                await process.WaitForExitAsync(grace.Token);
            }
            catch (OperationCanceledException)
            {
                // unshare takes its child with it (--kill-child), and that one the rest.
                process.Kill();
                await process.WaitForExitAsync(CancellationToken.None);
            }
        }

        return process.ExitCode;
    }

    /// <summary>For the program inside: ends when the process that called <see cref="RunAsync"/> is gone or has cancelled.</summary>
    public static Task WhenParentIsGone() =>
        Task.Factory.StartNew(
            static () =>
            {
                using Stream lifeline = Console.OpenStandardInput();
                Span<byte> nothing = stackalloc byte[1];
                while (lifeline.Read(nothing) > 0)
                {
                }
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);

    /// <summary>
    /// For the program inside: whether the user namespace knows one user only, as without root. Then no process in it can become
    /// another user (user_namespaces(7)).
    /// </summary>
    public static bool HasOneUserOnly()
    {
        string[] map = File.ReadAllText("/proc/self/uid_map").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        return map.Length == 3 && long.Parse(map[2], CultureInfo.InvariantCulture) == 1;
    }

    private static async Task<Result<Done>> CheckAsync(string unshare, ImmutableArray<string> flags, CancellationToken cancel)
    {
        Result<ChildOutcome> tried = await ChildProcess.RunAsync(new ChildSpec(unshare, [.. flags, "--", "true"]), Grace, cancel);
        if (!tried.TryGet(out ChildOutcome? outcome, out Problem? problem))
        {
            return problem;
        }

        return outcome.ExitCode == 0
            ? new Done()
            : SystemTools.IsRoot
                ? new Problem(
                    $"this machine does not let root make namespaces ({outcome.LastWords})",
                    null,
                    "in a container, give it CAP_SYS_ADMIN and CAP_NET_ADMIN, for instance by --privileged")
                : new Problem(
                    $"this machine does not let you make a user namespace ({outcome.LastWords})",
                    null,
                    "run it as root, or ask root to allow it: sysctl kernel.apparmor_restrict_unprivileged_userns=0 on Ubuntu, "
                    + "user.max_user_namespaces=10000 elsewhere");
    }
}
