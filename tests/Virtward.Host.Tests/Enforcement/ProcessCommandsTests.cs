using System.Diagnostics;
using Virtward.Core.Host;
using Virtward.Core.Results;
using Virtward.Linux.Commands;
using Xunit;

namespace Virtward.Host.Tests.Enforcement;

public sealed class ProcessCommandsTests
{
    private readonly ProcessCommands _commands = new();

    private Task<Result<CommandOutput>> RunAsync(Command command) => _commands.RunAsync(command, TestContext.Current.CancellationToken);

    [Fact]
    public async Task A_program_gets_its_arguments_as_they_are_and_its_input()
    {
        Command command = Command.Of("sh", "-c", "printf '%s|' \"$@\"; cat; echo oops >&2; exit 3", "sh", "a b", "$(id)", "*") with { Input = "in ü\n" };
        CommandOutput output = (await RunAsync(command)).Value;
        Assert.Equal(new CommandOutput(3, "a b|$(id)|*|in ü\n", "oops\n"), output);
        Assert.False(output.Succeeded);
    }

    [Fact]
    public async Task A_missing_program_is_said()
    {
        Result<CommandOutput> result = await RunAsync(Command.Of("virtward-no-such-program"));
        Assert.Contains("virtward-no-such-program", result.Problem!.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("sleep 600")]
    [InlineData("sleep 600 & wait")]
    [InlineData("trap '' TERM; while :; do sleep 1; done")]
    public async Task A_program_that_does_not_end_is_killed(string script)
    {
        var watch = Stopwatch.StartNew();
        Result<CommandOutput> result = await RunAsync(Command.Of("sh", "-c", script) with { TimeLimit = TimeSpan.FromSeconds(1) });
        Assert.Contains("did not end within 1 s", result.Problem!.ToString(), StringComparison.Ordinal);
        Assert.InRange(watch.Elapsed, TimeSpan.FromSeconds(0.9), TimeSpan.FromSeconds(120));
    }

    [Fact]
    public async Task With_patience_a_slow_program_gets_more_than_its_limit()
    {
        var patient = new ProcessCommands { Patience = TimeSpan.FromMinutes(2) };
        Command command = Command.Of("sh", "-c", "sleep 1; echo done") with { TimeLimit = TimeSpan.FromMilliseconds(100) };
        Result<CommandOutput> result = await patient.RunAsync(command, TestContext.Current.CancellationToken);
        Assert.Equal("done\n", result.Value.Output);
    }

    [Theory]
    [InlineData("yes")]
    [InlineData("yes >&2")]
    public async Task A_program_that_writes_without_end_is_killed(string script)
    {
        Result<CommandOutput> result = await RunAsync(Command.Of("sh", "-c", script) with { MaxOutput = 100_000 });
        Assert.Contains("more than 100000", result.Problem!.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_program_that_reads_nothing_may_end_well() =>
        Assert.True((await RunAsync(Command.Of("true") with { Input = new string('x', 1_000_000) })).Value.Succeeded);

    [Fact]
    public async Task Cancelling_kills_the_program()
    {
        using var stop = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _commands.RunAsync(Command.Of("sleep", "600"), stop.Token));
    }

    [Fact]
    public async Task A_signal_shows_in_the_exit_code() =>
        Assert.Equal(128 + 9, (await RunAsync(Command.Of("sh", "-c", "kill -9 $$"))).Value.ExitCode);
}
