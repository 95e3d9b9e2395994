using System.Collections.Immutable;
using System.Diagnostics;
using Spectre.Console;
using Virtward.Commands;
using Virtward.Core.Results;
using Virtward.Linux.Namespaces;

namespace Virtward.Demo;

/// <summary>
/// <c>virtward demo</c>: the guard's whole job on a throwaway host. The command looks for what it needs and starts itself anew as the
/// first process of namespaces of its own; that one builds the host, lets it be attacked, and holds the guard to its word.
/// </summary>
public static class DemoRun
{
    private const string Scratch = "/run/virtward-demo";

    /// <summary>Runs the demo and yields one of <see cref="ExitCode"/>: <see cref="ExitCode.Ok"/> only if every proof held.</summary>
    public static Task<int> RunAsync(CommandHost host, DemoOptions options, CancellationToken cancel) =>
        options.Inside ? InsideAsync(host, cancel) : OutsideAsync(host, cancel);

    private static async Task<int> OutsideAsync(CommandHost host, CancellationToken cancel)
    {
        ImmutableArray<string> self = Self();
        if (self[0].StartsWith("/run/", StringComparison.Ordinal))
        {
            return host.Fail(new Problem("the demo covers /run and cannot be started from there", self[0], "copy the program elsewhere"));
        }

        if (await DemoNeeds.EnsureAsync(host.Error) is { IsOk: false } lacking)
        {
            host.Fail(lacking.Problem);
            return ExitCode.Missing;
        }

        Result<int> ran = await Sandbox.RunAsync([.. self, "demo", "--inside"], cancel);
        return ran.TryGet(out int code, out Problem? problem)
            ? cancel.IsCancellationRequested ? ExitCode.Interrupted : code
            : host.Fail(problem);
    }

    private static async Task<int> InsideAsync(CommandHost host, CancellationToken cancel)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        Task parent = Sandbox.WhenParentIsGone();
        Task<int> stage = StageAsync(host, end.Token);
        try
        {
            if (await Task.WhenAny(stage, parent) == parent)
            {
                // Nobody watches any more. The screen gets a moment to give the terminal back; then this process ends, and the
                // kernel clears the rest away.
                await end.CancelAsync();
                await Task.WhenAny(stage, Task.Delay(TimeSpan.FromSeconds(1), CancellationToken.None));
                return ExitCode.Interrupted;
            }

            return await stage;
        }
        catch (OperationCanceledException)
        {
            return ExitCode.Interrupted;
        }
        finally
        {
            await end.CancelAsync();
        }
    }

    /// <summary>Builds the throwaway host, plays the story on it, and tells how it went.</summary>
    private static async Task<int> StageAsync(CommandHost host, CancellationToken cancel)
    {
        long start = Stopwatch.GetTimestamp();
        if (PrivateRoot.Prepare() is { IsOk: false } exposed)
        {
            return host.Fail(exposed.Problem);
        }

        IDemoScreen screen = host.OutIsTerminal ? new LiveScreen(Terminal(host.Out)) : new PlainScreen(host.Out);
        var scratch = new ScratchDirectory(Scratch);
        var tally = new DemoTally();
        if (!(await DemoNetwork.BuildAsync(scratch, cancel)).TryGet(out DemoNetwork? network, out Problem? problem))
        {
            return host.Fail(problem);
        }

        using var meter = new LatencyMeter(network);
        Result<DemoSshd> started = await DemoSshd.StartAsync(network, scratch, line => Note(line, tally, meter), cancel);
        if (!started.TryGet(out DemoSshd? sshd, out problem))
        {
            return host.Fail(problem);
        }

        await using (sshd)
        {
            Result<DemoGuard> guarded = await DemoGuard.StartAsync(Self(), network, scratch, word => Note(word, tally, screen), cancel);
            if (!guarded.TryGet(out DemoGuard? guard, out problem))
            {
                return host.Fail(problem);
            }

            await using (guard)
            {
                host.Out.WriteLine(
                    $"Virtward demo: a throwaway host with its own network and a real sshd, {Scenery.Host}, attacked from "
                    + $"{Scenery.Singles.Length + Scenery.Bots.Length + Scenery.Slow.Length} addresses. Nothing of it touches this machine.");
                var story = new DemoStory(
                    Self(), network, new SshClient(scratch["admin_key"]), guard, meter, new DropCounter(network.Host), tally, screen);
                await screen.RunAsync(() => story.PlayAsync(cancel), tally.Figures);
                Conclude(host.Out, story, tally.Figures(), Stopwatch.GetElapsedTime(start));
                return story.Failed == 0 ? ExitCode.Ok : ExitCode.No;
            }
        }
    }

    private static void Conclude(TextWriter output, DemoStory story, DemoFigures figures, TimeSpan took)
    {
        foreach (string line in DemoSummary.Lines(figures, story.Held, story.Failed, took))
        {
            output.WriteLine(line);
        }
    }

    private static void Note(LoggedLine line, DemoTally tally, LatencyMeter meter)
    {
        if (SshdLog.FailedPassword(line.Text) is { } attacker)
        {
            meter.Note(attacker, line.Written);
            tally.AddAttempt(attacker);
        }
    }

    private static void Note(GuardWord word, DemoTally tally, IDemoScreen screen)
    {
        switch (word)
        {
            case { Type: "ban", Target: { } subnet, IsSubnet: true }:
                var ban = new SubnetBan(subnet, word.Members);
                tally.AddSubnetBan(ban);
                screen.Event("subnet", $"{subnet} is out: {DemoSummary.ShutOut(ban)}, of which {ban.Attacked} attacked");
                break;
            case { Type: "ban", Target: { } attacker }:
                tally.AddBan();
                screen.Event("ban", $"{attacker}  {word.Reason}");
                break;
            case { Type: "siege" }:
                tally.SetSiege(word.State == "began");
                screen.Event("siege", $"{word.State}: {word.Reason}");
                break;
        }
    }

    private static IAnsiConsole Terminal(TextWriter output) => AnsiConsole.Create(new AnsiConsoleSettings
    {
        Out = new AnsiConsoleOutput(output),
        ColorSystem = string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"))
            ? ColorSystemSupport.Detect
            : ColorSystemSupport.NoColors,
    });

    /// <summary>How this very program is started: itself, or by <c>dotnet virtward.dll</c>.</summary>
    private static ImmutableArray<string> Self()
    {
        string program = Environment.ProcessPath!;
        return Path.GetFileName(program) == "dotnet" ? [program, Path.Combine(AppContext.BaseDirectory, "virtward.dll")] : [program];
    }
}
