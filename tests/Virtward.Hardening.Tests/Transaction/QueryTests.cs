using Virtward.Core.Results;
using Virtward.Hardening.Changes;
using Virtward.Hardening.Machine;

namespace Virtward.Hardening.Tests.Transaction;

/// <summary>Programs that answer a question by their exit code as well.</summary>
public sealed class QueryTests
{
    private static readonly CommandStep Step = new("forward of zone public", ["query", "forward"], "no", [["switch", "set", "forward", "no"]], [["switch", "set", "forward", "yes"]]) { SaysNoByCode = true };

    [Fact]
    public async Task No_by_exit_code_is_an_answer()
    {
        var host = new MemoryHost();
        var runner = new StepRunner(new HostMachine(host, host, host, HasSystemd: true));
        host.Switches["forward"] = "yes";
        StepState before = (await runner.ReadAsync(Step, CancellationToken.None)).Value;
        Assert.False(runner.Holds(Step, before));
        Assert.True((await runner.SetAsync(Step, before, CancellationToken.None)).IsOk);
        Assert.True(runner.Holds(Step, (await runner.ReadAsync(Step, CancellationToken.None)).Value));
        Assert.True((await runner.RestoreAsync(Step, before, CancellationToken.None)).IsOk);
        Assert.Equal("yes", host.Switches["forward"]);
    }

    [Fact]
    public async Task A_program_that_failed_has_not_answered()
    {
        var host = new MemoryHost();
        var runner = new StepRunner(new HostMachine(host, host, host, HasSystemd: true));
        host.Switches["forward"] = "no";
        Assert.False((await runner.ReadAsync(Step with { SaysNoByCode = false }, CancellationToken.None)).IsOk);
        host.Refused.Add("query forward");
        Result<StepState> read = await runner.ReadAsync(Step, CancellationToken.None);
        Assert.Equal("query cannot say how it is: it refuses", read.Problem?.What);
    }
}
