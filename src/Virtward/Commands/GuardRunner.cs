using System.Collections.Immutable;
using Virtward.Control;
using Virtward.Core.Results;
using Virtward.Daemon;
using Virtward.Linux;
using Virtward.Linux.Control;

namespace Virtward.Commands;

/// <summary>Runs a guard until it is told to stop: what <c>guard run</c> and <c>daemon</c> share.</summary>
public static class GuardRunner
{
    /// <summary>Starts the guard and its control API, says that it is ready, and stops cleanly when it is told to.</summary>
    /// <param name="host">The streams.</param>
    /// <param name="options">What to start.</param>
    /// <param name="listener">Who is told what happens.</param>
    /// <param name="cancel">Stops it.</param>
    public static async Task<int> RunAsync(CommandHost host, GuardHostOptions options, GuardListener listener, CancellationToken cancel)
    {
        // Before anything else: two guards must not share a store.
        string socket = StateFolder.Socket(options.StateFolder);
        Result<Done> free = ControlSocket.Prepare(socket);
        if (!free.IsOk)
        {
            return host.Fail(free.Problem);
        }

        Result<GuardHost> started = GuardHost.Start(options, listener, host.Clock, out ImmutableArray<Problem> problems);
        if (!started.TryGet(out GuardHost? guard, out Problem? _))
        {
            return host.Fail(problems);
        }

        await using (guard)
        {
            Result<ControlServer> listening = await ControlServer.StartAsync(socket, new LiveControl(guard, running: true, options.StateFolder), CancellationToken.None);
            if (!listening.TryGet(out ControlServer? server, out Problem? problem))
            {
                return host.Fail(problem);
            }

            await using (server)
            {
                // What starting threw away, such as the rows of a large store, goes back to the system at once.
                GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
                listener.Ready(options.Policy.Origin, guard.Plan.Sources.Zip(guard.SourceCounts, (source, now) => source.Name + (now.IsWaiting ? " (not there now)" : "")));
                ServiceManager.Notify("READY=1");
                await WaitAsync(host.Clock, cancel);
                ServiceManager.Notify("STOPPING=1");
            }
        }

        return ExitCode.Ok;
    }

    // The watchdog of the unit (WatchdogSec) wants a sign of life twice as often.
    private static async Task WaitAsync(TimeProvider clock, CancellationToken stop)
    {
        try
        {
            while (true)
            {
                await Task.Delay(TimeSpan.FromSeconds(20), clock, stop);
                ServiceManager.Notify("WATCHDOG=1");
            }
        }
        catch (OperationCanceledException)
        {
            // Told to stop.
        }
    }
}
