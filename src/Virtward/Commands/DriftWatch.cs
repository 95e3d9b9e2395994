using System.Globalization;
using Virtward.Core.Results;
using Virtward.Hardening.Drift;
using Virtward.Hardening.Plan;
using Virtward.Hardening.Transaction;

namespace Virtward.Commands;

/// <summary>A look for drift: what a plan would change is kept in the state folder and told in one line, which the journal takes as a warning where there is something.</summary>
public sealed class DriftWatch : IDisposable
{
    // sd-daemon(3): a line that begins so has this priority in the journal.
    private const string Warning = "<4>";
    private const string Information = "<6>";

    private readonly CommandHost _host;
    private readonly string _state;
    private readonly StringWriter _said = new(CultureInfo.InvariantCulture) { NewLine = "\n" };

    /// <summary>For one state folder.</summary>
    public DriftWatch(CommandHost host, string state)
    {
        _host = host;
        _state = state;
        Host = new CommandHost { Out = host.Out, OutBytes = host.OutBytes, Error = _said, Clock = host.Clock };
    }

    /// <summary>What the plan is to be made in: what it says of problems is kept.</summary>
    public CommandHost Host { get; }

    /// <summary>Why it is not the time to look; null: it is. What waits for its confirmation is not made to last, and may be taken back.</summary>
    public string? Waits()
    {
        Result<TransactionRecord?> pending = ClosingHost.Transactions(_host, _state).Pending();
        return pending.IsOk && pending.Value is { } waiting ? Priority(Information) + $"drift: not looked for, {waiting.Id} waits for its confirmation" : null;
    }

    /// <summary>Keeps what a plan found, and tells it.</summary>
    public Result<Done> Keep(ClosingPlan plan) => Keep(DriftRecord.After(DriftFile.Read(_state), plan));

    /// <summary>Keeps that no plan could be made, and tells why.</summary>
    public void Failed()
    {
        string[] said = _said.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        string why = said.Length == 0 ? "no plan could be made" : said[0].StartsWith("virtward: ", StringComparison.Ordinal) ? said[0]["virtward: ".Length..] : said[0];
        if (Keep(DriftRecord.Failed(DriftFile.Read(_state), _host.Clock.GetUtcNow(), why)) is { IsOk: false } unkept)
        {
            _host.Fail(unkept.Problem);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _said.Dispose();

    private Result<Done> Keep(DriftRecord record)
    {
        _host.Error.WriteLine(Priority(record.IsBad ? Warning : Information) + record.ToLine());
        return DriftFile.Write(_state, record);
    }

    // systemd.exec(5): set where what is written goes to the journal.
    private static string Priority(string prefix) => string.IsNullOrEmpty(Environment.GetEnvironmentVariable("JOURNAL_STREAM")) ? "" : prefix;
}
